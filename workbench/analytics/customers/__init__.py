from workbench.analytics.customers.scoring import rfm
