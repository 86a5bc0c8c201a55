"""Pages that rank a company's parts: written from what was asked and the manifests, with the list of all reports."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.publish import stored
from workbench.publish import index, prune, ranking
from workbench.settings import LANGUAGES

DAY = "2026-09-30"


def record(out: Path, *parts: str | dict[str, Any], name: str = "Acme", **more: Any) -> Path:
    """A ranking as it was asked for; each part by its scope."""
    told = [{"scope": p, "folder": f"Acme, {p}"} if isinstance(p, str) else p for p in parts]
    asked = {"company": {"en": name, "zh-CN": "顶"}, "as_of": DAY, "scope": "", "levels": ["region"],
             "languages": ["en", "zh-CN"], "parts": told, **more}  # fmt: skip
    (out / DAY).mkdir(parents=True, exist_ok=True)
    file = out / DAY / "Acme, each region.json"
    file.write_text(json.dumps(asked, ensure_ascii=False), "utf-8")
    return file


def part(out: Path, scope: str, **more: Any) -> Path:
    return stored.report(out, DAY, name=f"Acme, {scope}", company="Acme", scope=scope, **more)


def page(out: Path, lang: str = "en") -> str:
    index.rebuild(out)
    return (out / DAY / f"Acme, each region.{lang}.html").read_text("utf-8")


def shown(text: str) -> list[tuple[str, str]]:
    """Link and name of each part."""
    return re.findall(r'<th scope="row"[^>]*>(?:<a href="([^"]*)">)?<bdi>([^<]*)', text)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    part(tmp_path, "region=a", facts={"growth": 0.1})
    part(tmp_path, "region=b", facts={"growth": 0.3})
    record(tmp_path, "region=a", "region=b")
    index.rebuild(tmp_path)
    return tmp_path


NOW, BEFORE = ["2026-01-01", "2026-09-30"], ["2025-01-01", "2025-09-30"]


def test_it_says_of_which_days_sales_and_growth_are(tmp_path: Path) -> None:
    for scope in ("region=a", "region=b"):
        part(tmp_path, scope, facts={"sales": 1e6, "growth": 0.1}, books={"history": {"span": NOW, "before": BEFORE}})
    record(tmp_path, "region=a", "region=b")

    assert page(tmp_path).count("Sales and growth: Jan–Sep 2026 compared with Jan–Sep 2025.") == 1
    assert "销售额与同比：2026年1–9月与2025年1–9月相比。" in page(tmp_path, "zh-CN")


def test_parts_with_days_of_their_own_say_them_each(tmp_path: Path) -> None:
    told = {"region=a": {"span": NOW, "before": BEFORE}, "region=b": {"span": NOW}, "region=c": {"span": "hostile"}}
    for scope, spans in told.items():
        part(tmp_path, scope, facts={"sales": 1e6, "growth": 0.1}, books={"history": spans})
    record(tmp_path, *told)
    text = page(tmp_path)

    assert "Sales and growth:" not in text
    assert re.findall(r'<span class="small">([^<]*2026[^<]*)</span></th>', text) == [
        "Jan–Sep 2026 compared with Jan–Sep 2025",
        "Jan–Sep 2026",
    ]


def test_the_list_of_reports_leads_to_it_in_each_language_and_back(out: Path) -> None:
    for lang in ("en", "zh-CN"):
        listed = (out / f"index.{lang}.html").read_text("utf-8")
        for own in ("en", "zh-CN"):
            assert f'href="{DAY}/Acme%2C%20each%20region.{own}.html"' in listed
        assert f'href="../index.{lang}.html"' in page(out, lang)
    assert "All parts side by side" in (out / "index.html").read_text("utf-8")


def test_after_a_report_is_made_again_it_leads_to_the_new_revision(out: Path) -> None:
    part(out, "region=a", revision=2, facts={"growth": 0.5})

    assert [(unquote(href), text) for href, text in shown(page(out))] == [
        ("Acme, region=a/r2/overview.en.html", "region a"), ("Acme, region=b/r1/overview.en.html", "region b"),
    ]  # fmt: skip


def test_what_was_pruned_is_no_longer_ranked_and_links_lead_somewhere(out: Path) -> None:
    part(out, "region=a", revision=2)
    prune.apply(prune.planned(out, keep=1))

    text = (out / DAY / "Acme, each region.en.html").read_text("utf-8")
    assert [(out / DAY / unquote(href)).parent.is_dir() for href, _ in shown(text)] == [True, True]
    assert "region%3Da/r2" in text


def test_it_goes_with_the_last_of_its_reports(out: Path) -> None:
    for folder in (out / DAY).glob("*/r1"):
        prune._remove(out, folder)
    index.rebuild(out)

    assert not (out / DAY).exists()
    assert "side by side" not in (out / "index.html").read_text("utf-8")


def test_a_part_that_got_no_report_says_why_until_it_gets_one(tmp_path: Path) -> None:
    part(tmp_path, "region=a")
    lost = {"scope": "region=b", "folder": "Acme, region=b", "lost": "refused", "reason": "no such file"}
    record(tmp_path, "region=a", lost)
    before = page(tmp_path)
    part(tmp_path, "region=b", facts={"growth": 0.2})
    after = page(tmp_path)

    assert shown(before)[1] == ("", "region b")
    assert "no such file" in before
    assert shown(after)[0] == ("Acme%2C%20region%3Db/r1/overview.en.html", "region b")
    assert "no such file" not in after


def test_a_refusal_is_told_though_an_older_report_is_there(tmp_path: Path) -> None:
    part(tmp_path, "region=a")
    lost = {"scope": "region=a", "folder": "Acme, region=a", "lost": "failed", "reason": "its process died", "after": 1}
    file = record(tmp_path, lost)
    for made in ranking.pages(file, ["en", "zh-CN"]):
        made.touch()

    assert "its process died" in page(tmp_path)


def test_where_all_parts_were_refused_it_says_so_until_the_company_has_a_good_report_of_a_later_day(
    tmp_path: Path,
) -> None:
    lost = [{"scope": f"region={r}", "folder": f"Acme, region={r}", "lost": "refused", "reason": "no"} for r in "ab"]
    file = record(tmp_path, *lost)
    for made in ranking.pages(file, ["en", "zh-CN"]):
        made.touch()
    stored.report(tmp_path, "2026-12-31", name="Acme, region=a", status="failed")
    stored.report(tmp_path, "2026-12-31", name="Acme Ltd")

    assert [name for _, name in shown(page(tmp_path))] == ["region a", "region b"]
    stored.report(tmp_path, "2026-12-31", name="Acme, region=a", revision=2)
    index.rebuild(tmp_path)
    assert not (tmp_path / DAY).exists()
    assert "side by side" not in (tmp_path / "index.html").read_text("utf-8")


def test_data_that_moved_are_told_above_the_ranking_and_at_the_part(out: Path) -> None:
    part(out, "region=a", revision=2, inputs_changed=True)

    for lang, told in zip(LANGUAGES, ("data changed meanwhile", "数据中途有变"), strict=False):
        text = page(out, lang)
        assert text.count(told) == 1
        assert 'class="problem"' in text


def test_names_from_data_become_no_markup_and_no_way_out(tmp_path: Path) -> None:
    part(tmp_path, "region=a")
    part(tmp_path.parent / "elsewhere", "region=x")
    strange = "</bdi><script>alert(1)</script>"
    outside = "../../elsewhere/2026-09-30/Acme, region=x"
    parts = [{"scope": f"region={strange}", "folder": "Acme, region=a"}, {"scope": "region=x", "folder": outside},
             {"scope": "region=y", "folder": str(tmp_path.parent / "elsewhere" / DAY / "Acme, region=x")}]  # fmt: skip
    record(tmp_path, *parts, name=strange, levels=[strange])
    text = page(tmp_path)

    assert [name for _, name in shown(text)] == [f"region {strange}".replace("<", "&lt;").replace(">", "&gt;")]
    for made in (text, (tmp_path / "index.en.html").read_text("utf-8")):
        assert "<script" not in made
        assert "elsewhere" not in made


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "{}",
        '{"company": {}, "as_of": "2026-09-30", "scope": "", "levels": [], "languages": ["en"], "parts": []}',
        '{"company": "A", "as_of": "2026-09-30", "scope": "", "levels": [], "languages": ["fr"], "parts": []}',
    ],
)
def test_what_is_no_record_of_ours_is_left_alone(out: Path, content: str) -> None:
    stranger = out / DAY / "Other, each x.json"
    stranger.write_text(content, "utf-8")
    index.rebuild(out)

    assert stranger.read_text("utf-8") == content
    assert not list((out / DAY).glob("Other, each*.html"))


def test_a_name_that_systems_do_not_take_is_cut_and_stays_its_own() -> None:
    from types import SimpleNamespace

    plans = [SimpleNamespace(company="公" * 40, folder=Path("公" * 29 + ", " + "x" * 89),
                             scope_text=f"region={'华' * 60}{n}") for n in range(2)]  # fmt: skip
    names = [ranking._name(plan, ["level" * 30]) for plan in plans]  # type: ignore[arg-type]

    assert len(set(names)) == 2
    assert max(len(f"{name}.zh-CN.html".encode()) for name in names) < 240
