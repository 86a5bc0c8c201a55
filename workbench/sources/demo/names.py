"""Names put together from neutral syllables, so that no real company or person is meant."""

import numpy as np

_SYLLABLES = list("禾岚澄屿沐朗溪柏霁舟苒泽曜桦衡笙霖黎畅枫湛昊翎颂漪珩")
_TRADES = {
    "汽车零部件": ("汽配", "精密部件"),
    "电子制造": ("电子", "微电"),
    "新能源": ("新能源", "储能"),
    "食品饮料": ("食品", "饮品"),
    "物流仓储": ("物流", "仓储"),
    "医药器械": ("医药", "器械"),
}
INDUSTRIES = tuple(_TRADES)
_SURNAMES = list("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜")
_GIVEN = list("一文安宁思远子涵晓晨书言若清景行可欣知夏明哲")
AWKWARD = {  # real exports have such names; they must come through everything unharmed
    11: '禾岚"双环"&霁舟机电有限公司',
    57: "屿澄朗精密（集团）股份有限公司",
    140: "沐溪柏电子有限公司 (二厂), 东区",
}


def companies(rng: np.random.Generator, industries: list[str]) -> list[str]:
    """One company name for each industry given, no two alike."""
    chosen: dict[str, None] = {}
    while len(chosen) < len(industries):
        industry = industries[len(chosen)]
        name = "".join(rng.choice(_SYLLABLES, 3, replace=False)) + str(rng.choice(_TRADES[industry])) + "有限公司"
        chosen.setdefault(name)
    return [AWKWARD.get(i, name) for i, name in enumerate(chosen)]


def people(rng: np.random.Generator, count: int) -> list[str]:
    """That many personal names, no two alike."""
    chosen: dict[str, None] = {}
    while len(chosen) < count:
        chosen.setdefault(str(rng.choice(_SURNAMES)) + "".join(rng.choice(_GIVEN, 2, replace=False)))
    return list(chosen)
