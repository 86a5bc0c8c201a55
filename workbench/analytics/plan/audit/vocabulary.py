"""The words by which a target is read, in English and both Chinese scripts; what is not among them stays unknown."""

import re
import unicodedata

_TRADITIONAL = (
    "萬億銷額達標長昇與個點單業績訂產區團實現數較於減並將從為華東歐總計價滿續"
    "轉贏復購據營費訪幣圓間內週負責針對戶幾佔歲體顧線條機調經電門員時營務極幅兩來後"
)
_SIMPLIFIED = (
    "万亿销额达标长升与个点单业绩订产区团实现数较于减并将从为华东欧总计价满续"
    "转赢复购据营费访币元间内周负责针对户几占岁体顾线条机调经电门员时营务极幅两来后"
)
_FOLD = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
_PLAIN = str.maketrans("。、【】×→~－–—−“”‘’「」", '.,[]*>-----""""""')
_PINYIN = re.compile(r"(?<=[一-鿿])\([a-zü]{0,4}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]{0,4}\)")  # copied from annotated pages
LONGEST = 1000  # characters of one statement that are read


def shown(text: str) -> str:
    """The text on one line, without what cannot be seen and without readings in brackets behind characters."""
    text = _PINYIN.sub("", str(text)[: 2 * LONGEST])
    return re.sub(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", " ", text[:LONGEST])


def fold(text: str) -> str:
    """The text in the form that is matched: narrow, lower case, one script; each character keeps its place."""
    return "".join(map(_narrow, shown(text))).translate(_FOLD).translate(_PLAIN)


def _narrow(char: str) -> str:
    low = unicodedata.normalize("NFKC", char).lower()
    return low if len(low) == 1 else char


METRICS: dict[str, str] = {  # the longest word wins; its natural unit is in UNITS
    "mix": r"(?:销售额|销售|收入|营收|业绩)(?:的)?占比|占比|比重|share of (?:sales|revenue)|sales mix",
    "share": r"市场份额|市场占有率|市占率|占有率|份额|market share",
    "conversion": r"转化率|转换率|成交率|赢单率|签约率|conversion(?: rate)?|win rate",
    "repeat": r"复购率|回购率|重复购买率|repeat(?: purchase)? rate|repurchase rate",
    "retention": r"留存率|续约率|续费率|retention(?: rate)?|renewal rate",
    "collection": r"回款率|收款率|collection rate",
    "attainment": r"达成率|完成率|attainment",
    "satisfaction": r"客户满意度|顾客满意度|满意度|customer satisfaction|satisfaction|nps|csat",
    "order_value": r"客单价|平均单价|平均订单金额|average (?:order|deal) (?:value|size)|aov",
    "profit": r"毛利润|净利润|利润额?|毛利额?|gross profit|net profit|profit",
    "sales": r"销售额|销售收入|销售业绩|销售金额|营业额|营业收入|营收|业绩|签约额|收入"
    r"|sales|revenue|turnover|bookings",
    "customers": r"新客户数量?|客户数量?|签约客户数量?|新签客户|新增客户"
    r"|new customers|customers|new logos|new accounts",
    "opportunities": r"商机数量?|意向客户数?|商机|opportunities|prospects",
    "leads": r"(?:有效)?线索数量?|(?:有效)?线索|leads",
    "orders": r"订单数量?|订单量|成交单数|订单|orders|deals",
    "quantity": r"销售量|销量|出货量|units sold|volume",
    "visits": r"拜访(?:量|次数)?|visits",
}  # fmt: skip
UNITS: dict[str, str] = {
    **dict.fromkeys(("mix", "share", "conversion", "repeat", "retention", "collection", "attainment"), "ratio"),
    **dict.fromkeys(("sales", "profit", "order_value"), "money"),
    **dict.fromkeys(("customers", "opportunities", "leads", "orders", "quantity", "visits"), "count"),
    "satisfaction": "score",
}
METRIC = (  # a Latin word stands alone, a Chinese one may touch its neighbours
    rf"(?:(?<![a-z])(?=[a-z])(?:{'|'.join(METRICS.values())})(?![a-z])|(?=[^a-z])(?:{'|'.join(METRICS.values())}))"
)
RATES = frozenset(name for name, unit in UNITS.items() if unit == "ratio")
RISE = r"增长|增量|增幅|增速|成长|提升|提高|增加|上升|上涨|扩大|翻番|raise|increase|grow(?:th)?|improve|lift|boost|up"
FALL = r"下降|减少|降低|缩减|下滑|cut|decrease|reduce|lower|down"
REACH = r"达到|达成|达至|达|升至|增至|升到|提升至|降至|降到|至|到|为|完成|实现|to|reach(?:es|ing)?|hit|achieve|of"
FROM = r"从|由|原(?:定|来|有)?|基数为?|基期为?|from|baseline(?: of)?|versus|vs\.?"
YEARLY = r"同比|年增率?|比去年|较去年|比上年|较上年|与去年相比|上年同期|去年同期|年对年|year[- ]on[- ]year|yoy|on last year|than last year|over last year|去年"  # noqa: E501
PREVIOUS = r"环比|季增率?|月增率?|比上季度?|较上季度?|比上月|较上月|qoq|mom|on the (?:previous|last) (?:quarter|month)"
PRODUCT = (
    r"(?:产品线?|商品|款)[a-z0-9]{1,8}|[a-z0-9]{1,8}(?:款)?(?:产品线?|系列)|product(?: line)? [a-z0-9][a-z0-9-]{0,15}"
    r"|(?:新产品|新品|成熟产品|老产品|new products?|mature products?)"
)
AGES = r"\d{1,2}\s*(?:-|至|到|to)\s*\d{1,2}\s*(?:岁|years?(?: old)?)"
SEGMENT = (
    rf"{AGES}(?:的(?=[^\s,.;:()\"]{{0,8}}?(?:客户|人群|白领|消费者|用户)))?(?:[^\s,.;:()\"]{{0,8}}?(?:客户|人群|白领|消费者|用户|customers))?"
    r"|(?:华东|华南|华北|华中|东北|西北|西南|东南|海外|国内|北美|欧洲|亚太)(?:大?区|地区|市场)?"
    r"|[^\s,.;:()\"\d]{1,6}(?:大区|分公司|事业部|办事处|团队)"
    r"|(?:新|老|大|高价值|潜力|沉睡|企业|个人|中小)客户(?!数|量)"
    r"|(?:全公司|公司整体|整体|总体|company[- ]wide|whole company|all regions)"
    r"|(?:线上|线下|直营|经销|分销|电商)(?:渠道|平台)?"
    r"|(?:in|for|across) (?:the )?(?!q[1-4]|h[12]|fy|20|next|this|last|total|each|all\b|units?\b)"
    r"[a-z][a-z&-]*(?: (?:region|market|segment|channel|team|area|customers))?"
    r"|(?:new|existing|key|enterprise|small business) (?:customers|accounts)(?! to)"
)
OWNER = (
    r"负责人\s*[:=]?\s*(?P<owner>[^\s,.;:()]{1,12})"
    r"|owner\s*[:=]?\s*(?P<owner2>[a-z][\w.-]{1,30}(?: [a-z][\w.-]{1,30})?)"
    r"|由(?P<owner3>[^\s,.;:()]{1,8}?)负责|owned by (?P<owner4>[a-z][\w.-]{1,30})"
)
_VAGUE = r"大幅|显著|尽量|尽快|尽可能|适当|明显|稳步|进一步"
VAGUE = _VAGUE + r"|substantially|significantly|as much as possible|asap|considerably"
PLACEHOLDER = r"(?<![a-z])[xynm]{1,2}\s?(?=%|万|亿|元|个百分点)|\?{2,}|待定|tbd|\bn/a\b"
COUNTED: dict[str, str] = {  # what follows a number and says what is counted
    "orders": r"单|笔|订单|orders?|deals?",
    "opportunities": r"(?:个|家|条)?(?:新增)?(?:意向客户|意向|商机)|opportunit(?:y|ies)|prospects?",
    "leads": r"(?:个|条)?(?:有效)?线索|leads?",
    "customers": r"(?:个|家|位|名)?(?:新|老)?客户|家|customers?|accounts?|logos?",
    "visits": r"次(?:拜访|演示)?|visits?|demos?",
    "people": r"人|名(?:销售)?|people|reps?",
    "units": r"件|台|套|箱|吨|units?|pieces?",
    "score": r"分(?!公司|之)|points? of satisfaction",
    "days": r"天|days?",
}  # fmt: skip
