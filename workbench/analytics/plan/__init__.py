"""What should be aimed for, split to parts, periods and people, with how likely each is."""
