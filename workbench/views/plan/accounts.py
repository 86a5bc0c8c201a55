"""What a reader sees of owners, key accounts and training."""

import pandas as pd

from workbench.analytics.plan.staff.accounts import Accounts
from workbench.analytics.plan.staff.owners import Owners
from workbench.analytics.plan.staff.training import Training
from workbench.views.plan.people import CLASS, classes_said
from workbench.views.show import View, columns_of, sentences, split, view
from workbench.views.tables import Column, Sheet, table
from workbench.views.words import Words

_P = "plan.people"
_OWNERS = {
    "node": Column("node", "text", "people_part"),
    "owner": Column("owner", "text", "people_owner"),
    "how_said": Column("how_said", "text", "people_how_owned", minor=True),
    "share": Column("share", "share", "people_share_owned"),
    "amount": Column("amount", "money", "people_sold_now", minor=True),
}
_ACCOUNTS = {
    "amount": Column("amount", "money", "people_sold_now"),
    "share": Column("share", "share", "share", minor=True),
    "size": Column("size", "text", "people_size", on_page=False),
    "rep": Column("rep", "text", "people_seller"),
    "class_said": CLASS,
    "hand_to": Column("hand_to", "text", "people_hand_to"),
}
_CLASSES = {
    "people": Column("people", "count", "people_heads"),
    "key_accounts": Column("key_accounts", "count", "people_key"),
    "accounts": Column("accounts", "count", "people_accounts"),
    "key_share": Column("key_share", "share", "people_key_share"),
    "ratio": Column("ratio", "decimal", "people_key_each", minor=True),
}
_EXTRA = {
    "order_value": Column("order_value", "price", "people_order_value"),
    "order_value_goal": Column("order_value_goal", "price", "people_order_value_goal"),
    "lines": Column("lines", "decimal", "people_lines", minor=True),
    "lines_goal": Column("lines_goal", "decimal", "people_lines_goal", minor=True),
    "key_accounts": Column("key_accounts", "count", "people_key", on_page=False),
    "new_logos": Column("new_logos", "count", "people_new_logos"),
    "mentees": Column("mentees", "text", "people_mentees"),
}
_TRAINING = {
    "stage": Column("stage", "text", "stage"),
    "topic_said": Column("topic_said", "text", "people_topic"),
    "settled": Column("settled", "count", "people_cases", minor=True),
    "rate": Column("rate", "share", "people_counted_rate", on_page=False),
    "shrunk": Column("shrunk", "share", "people_own_rate"),
    "lo": Column("lo", "share", "lo", minor=True),
    "hi": Column("hi", "share", "hi", minor=True),
    "others": Column("others", "share", "people_others"),
    "below": Column("below", "share", "people_below", on_page=False),
    "wins": Column("wins", "decimal", "people_wins"),
    "amount": Column("amount", "money", "people_wins_amount", on_page=False),
}


@view.register
def _(result: Owners, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase(f"{_P}.owners_heading")
    said = [w.phrase(f"{_P}.how_owned.{how}") for how in result.table["how"]]
    frame = result.table.assign(how_said=said).reset_index("node")
    frame.index = [w.level(str(level)) for level in frame.index]
    sheet = Sheet(frame, (Column("level", "text", "people_level"), *columns_of(frame, _OWNERS)))
    return View(
        "plan-owners",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(sheet, w, heading, most=24),),
        how=w.phrase(f"{_P}.owners_how"),
        sheets={"owners": sheet},
        uses=("reps", "orders"),
    )


@view.register
def _(result: Accounts, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase(f"{_P}.accounts_heading")
    key = classes_said(result.table, w)
    accounts = Sheet(key, (Column("customer", "level", "customer"), *columns_of(key, _ACCOUNTS)))
    by_class = Sheet(
        result.classes,
        (Column("tenure_class", f"phrase:{_P}.class", "people_class"), *columns_of(result.classes, _CLASSES)),
        w.phrase(f"{_P}.accounts_classes"),
    )
    extra = Sheet(
        result.extra,
        (Column("node", "level", "rep"), *columns_of(result.extra, _EXTRA)),
        w.phrase(f"{_P}.accounts_extra"),
    )
    shown = [table(by_class, w, by_class.title), table(accounts, w, heading)]
    return View(
        "plan-accounts",
        heading,
        *split(sentences(result.findings, w)),
        tables=(*shown, *([table(extra, w, extra.title)] if len(result.extra) else [])),
        how=w.phrase(f"{_P}.accounts_how"),
        sheets={"key-accounts": accounts, "accounts-by-experience": by_class, "veterans": extra},
        uses=("orders", "customers", "reps"),
    )


@view.register
def _(result: Training, w: Words, as_of: pd.Timestamp) -> View:
    heading = w.phrase(f"{_P}.training_heading")
    said = [w.phrase(f"{_P}.topic.{topic}") for topic in result.table["topic"]]
    frame = result.table.assign(topic_said=said).reset_index("stage")
    whole = Sheet(frame, (Column("node", "level", "rep"), *columns_of(frame, _TRAINING)))
    need = frame[frame["need"]].sort_values("wins", ascending=False)
    shown = Sheet(need if len(need) else frame.sort_values("below", ascending=False).head(5), whole.columns)
    return View(
        "plan-training",
        heading,
        *split(sentences(result.findings, w)),
        tables=(table(shown, w, heading),),
        how=w.phrase(f"{_P}.training_how"),
        terms=("conversion", "shrunk"),
        sheets={"training": whole},
        uses=("opportunities", "stage_history"),
    )
