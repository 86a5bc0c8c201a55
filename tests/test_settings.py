"""The settings file: everything wrong with it at once, in plain words, with no secret in any of them."""

from datetime import date
from pathlib import Path

import pytest

from workbench import settings
from workbench.errors import SettingsError

COMPANY = '[company]\nname = "A"\ncurrency = "CNY"\n'
ORDERS = '[sources.orders]\nfiles = ["a.csv"]\n'


@pytest.fixture
def written(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "workbench.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def problems(path: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        settings.load(path)
    return caught.value.problems


def test_a_company_needs_a_name_a_currency_and_a_source(written):
    company = settings.load(written(COMPANY + ORDERS))
    assert (company.company.name, company.company.currency, list(company.sources)) == ("A", "CNY", ["orders"])


def test_a_folder_stands_for_the_settings_in_it(written):
    path = written(COMPANY + ORDERS)
    assert settings.load(path.parent).path == path.resolve()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("curency = 1", "unknown key 'company.curency'. Did you mean 'currency'?"),
        ("Name = 1", "unknown key 'company.Name'. Did you mean 'name'?"),
        ("[calender]", "unknown key 'calender'. Did you mean 'calendar'?"),
        ("[calendar]\npatern = 1", "unknown key 'calendar.patern'. Did you mean 'pattern'?"),
        ("[sources.orders]\nfiles=['a']\ncolums={}", "unknown key 'sources.orders.colums'. Did you mean 'columns'?"),
        ("[sources.s.stages]\nwonn=['x']", "unknown key 'sources.s.stages.wonn'. Did you mean 'won'?"),
        ("[sources.s.lookup.rep]\nbye=''", "unknown key 'sources.s.lookup.rep.bye'. Did you mean 'by'?"),
        ("[sources.stages]\nfiels=['x']", "unknown key 'sources.stages.fiels'. Did you mean 'files'?"),
        ("zzz = 1", "unknown key 'company.zzz'. Known here: name, currency, money_unit, languages, made_up."),
    ],
)
def test_an_unknown_key_is_an_error_with_a_suggestion(written, text, told):
    assert told in problems(written(COMPANY + text))


def test_folder_and_path_cannot_be_set_from_the_file(written):
    assert [p for p in problems(written("folder = '/'\npath = '/'\n" + COMPANY + ORDERS)) if "unknown key" in p] == [
        f"unknown key '{name}'. Known here: company, calendar, sources, dimensions, forecast, market, plan, tracking, "
        "review, notify."
        for name in ("folder", "path")
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[calendar]\nfiscal_year_starts = 13", "write a number less than or equal to 12, not 13"),
        ("[calendar]\npattern = '4-4'", "write 'months', '4-4-5', '4-5-4' or '5-4-4', not '4-4'"),
        ("languages = ['fr']", "write 'en', 'zh-CN' or 'zh-TW', not 'fr'"),
        ("languages = []", "name at least one language"),
        ("made_up = 'perhaps'", "write true or false, not 'perhaps'"),
        ("[dimensions]\nregion = 'city'", """write a list, as ["a", "b"], not 'city'"""),
        ("[dimensions]\na = ['city']\nb = ['city']", "level 'city' stands twice"),
        ("[dimensions]\na = []", "'a' has no levels"),
        ("[sources.o]\ncovers = ['2020-13-01', '2021-01-01']\nfiles = ['a']", "2020-13-01"),
        ("[sources.o]\ncovers = ['2021-01-02', '2021-01-01']\nfiles = ['a']", "covers ends on 2021-01-01, before"),
        ("[sources.o]\nfiles = ['a']\nurl = 'duckdb://x'", "name exactly one of files, url or derive"),
        ("[sources.o]", "name exactly one of files, url or derive"),
        ("[sources.o]\nurl = 'duckdb://x'", "a url needs the name of its table"),
        ("[sources.o]\nfiles = ['a']\n[sources.o.columns]\ndate = 5", "write text in quotes, not 5"),
        ("[plan.people]\nhires = [{ count = 1, joins = '2027-13' }]", "write a month, as 2027-01, not '2027-13'"),
        ("[plan]\nunit = inf", "write a finite number, not inf"),
        ("[plan.weights]\nrep = { sales = nan }", "write a finite number, not nan"),
        ("[[plan.rules]]\nat = { region = 'x' }\nat_least = inf", "write a finite number, not inf"),
        ("[plan]\nunit = 0.001", "write 0, or money of at least a cent in whole cents, not 0.001"),
        ("[plan]\nunit = 2.505", "write 0, or money of at least a cent in whole cents, not 2.505"),
        ("[plan.keys]\nnew = { region = ['x', ' '] }", "a part that is to come needs a name"),
        (
            "[sources.o]\nfiles = ['a']\n[dimensions]\nr = ['region']\n[plan]\nby = ['region', 'region']",
            "plan.by names region twice",
        ),
        (
            "[sources.o]\nfiles = ['a']\n[dimensions]\nr = ['region']\n[forecast]\nby = ['region', 'region']",
            "forecast.by names region twice",
        ),
    ],
)
def test_a_value_that_cannot_be_meant_is_told_in_plain_words(written, text, told):
    assert any(told in problem for problem in problems(written(COMPANY + text)))


@pytest.mark.parametrize("name", ["''", "{}", "{ fr = 'A' }", "5", "{ en = '' }"])
def test_a_company_without_a_usable_name_is_told_once(written, name):
    found = problems(written(f"[company]\nname = {name}\ncurrency = 'CNY'\n" + ORDERS))
    assert len(found) == 1
    assert "company.name" in found[0]


def test_all_problems_come_at_once(written):
    assert len(problems(written("[company]\nnmae = 1\ncurrency = 'yuan'\n[calendar]\nweek_starts = 'friday'"))) == 5


def test_what_is_right_can_still_be_read_when_something_is_wrong(written):
    company, found = settings.read(written(COMPANY + "nmae = 1\n" + ORDERS + "colums = {}\n[calender]\n"))
    assert len(found) == 3
    assert company is not None
    assert company.sources["orders"].files == ["a.csv"]


def test_nothing_is_read_when_too_little_is_right(written):
    assert settings.read(written("[company]\nname = 'A'\n" + ORDERS))[0] is None


def test_a_file_that_is_not_toml_says_where(written):
    assert "line 2" in problems(written('[company]\nname = "A\n'))[0]


def test_a_missing_file_says_how_to_get_one(tmp_path):
    assert "workbench init" in problems(tmp_path / "none.toml")[0]


def test_a_file_saved_by_a_windows_editor_is_read(tmp_path):
    path = tmp_path / "workbench.toml"
    path.write_bytes(b"\xef\xbb\xbf" + (COMPANY + ORDERS).replace("\n", "\r\n").encode())
    assert settings.load(path).company.name == "A"


def test_blanks_around_a_header_are_kept_because_the_file_has_them(written):
    path = written(COMPANY + ORDERS + '[sources.orders.columns]\namount = " Sales "')
    assert settings.load(path).sources["orders"].columns == {"amount": " Sales "}


def test_days_may_be_written_as_text_or_as_days(written):
    path = written(COMPANY + ORDERS + 'covers = ["2020-01-01", 2020-12-31]')
    assert settings.load(path).sources["orders"].covers == (date(2020, 1, 1), date(2020, 12, 31))


def test_a_secret_comes_from_the_environment_and_is_not_shown(written, monkeypatch):
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    company = settings.load(written(COMPANY + "[sources.o]\nurl = 'postgres://u:${DB_PASSWORD}@h/d'\ntable = 't'"))
    assert settings.secret(company.sources["o"].url) == "postgres://u:hunter2@h/d"
    assert "hunter2" not in repr(company) + company.model_dump_json()


def test_a_password_written_into_the_file_is_not_repeated_in_errors_or_representations(written):
    path = written(COMPANY + "[sources]\norders = 'postgres://u:hunter2@h/d'")
    assert not any("hunter2" in problem for problem in problems(path))
    company = settings.load(written(COMPANY + "[sources.o]\nurl = 'postgres://u:hunter2@h/d'\ntable = 't'"))
    assert "hunter2" not in repr(company)


def test_a_missing_secret_is_named_without_the_url(monkeypatch):
    monkeypatch.delenv("NOT_SET", raising=False)
    with pytest.raises(SettingsError, match="variable NOT_SET is not set") as caught:
        settings.secret("postgres://user:${NOT_SET}@host/db")
    assert "postgres" not in str(caught.value)


def test_a_company_is_called_by_its_name_in_the_language_or_else_in_its_first(written):
    path = written('[company]\ncurrency = "CNY"\nname = { en = "Acme", zh-CN = "艾克米" }\n' + ORDERS)
    company = settings.load(path).company
    assert [company.called(lang) for lang in ("zh-CN", "zh-TW")] == ["艾克米", "Acme"]


def test_levels_know_their_dimension(written):
    path = written(COMPANY + ORDERS + '[dimensions]\nplace = ["region", "city"]\nchannel = ["channel"]')
    assert settings.load(path).levels == {"region": "place", "city": "place", "channel": "channel"}
