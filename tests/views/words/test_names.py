"""What levels are called and counted by."""

from workbench.views.words import Words


def test_chinese_counts_each_thing_with_its_own_word() -> None:
    assert [Words("zh-CN").counter(level) for level in ("customer", "product", "rep", "channel")] == list("家种名个")
    assert Words("en").counter("customer") == ""


def test_english_has_plurals_and_chinese_has_not() -> None:
    assert Words("en").levels("industry") == "industries"
    assert Words("zh-CN").levels("customer") == "客户"
    assert Words("en").phrase("quality.empty", {"table": "orders"}).startswith("Orders: ")
