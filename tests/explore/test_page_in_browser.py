"""The page of `--html` in a real browser: what is shown, what the keys do, and that nothing is fetched."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.explore.test_page import STORY, traces

from comityc.explore.telling.page import html_page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="no browser here: install chromium and its driver"
)
QUIET = (
    "headless",
    "no-sandbox",
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = str(CHROMIUM)
    for argument in (*QUIET, f"user-data-dir={tmp_path_factory.mktemp('profile')}", "window-size=1300,900"):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield driver
    driver.quit()


@pytest.fixture
def page(driver: Any, tmp_path: Path) -> "Page":
    file = tmp_path / "page.html"
    file.write_text(html_page(traces(STORY, STORY)), encoding="utf-8")
    driver.get_log("performance")
    driver.get(f"{file.as_uri()}")
    return Page(driver, file.as_uri())


class Page:
    """What a person sees of it and does with it."""

    def __init__(self, driver: Any, address: str) -> None:
        self.driver, self.address = driver, address

    def all(self, selector: str) -> list[Any]:
        return [one for one in self.driver.find_elements("css selector", selector) if one.is_displayed()]

    def texts(self, selector: str) -> list[str]:
        return [" ".join(one.text.split()) for one in self.all(selector)]

    def press(self, *keys: str) -> None:
        from selenium.webdriver.common.keys import Keys

        for key in keys:
            self.all("body")[0].send_keys(getattr(Keys, key, key))

    @property
    def at(self) -> str:
        (shown,) = self.texts(".at")
        return shown

    @property
    def colours(self) -> tuple[str, str]:
        body = self.all("body")[0]
        return body.value_of_css_property("background-color"), body.value_of_css_property("color")

    def emulate(self, **settings: Any) -> None:
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", settings)


def test_the_first_state_is_shown_at_first(page: Page) -> None:
    assert page.at == "0 / 3"
    assert page.texts("h1") == ["opens_0 FAILS"]
    assert page.texts(".moment > h2") == ["0 At first"]
    assert page.texts(".card .state") == ["open", "idle"]
    assert page.texts(".network .none") == ["none"]


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        (["ARROW_RIGHT"], "1 / 3"),
        (["ARROW_DOWN", "ARROW_DOWN"], "2 / 3"),
        (["j", "j", "k"], "1 / 3"),
        (["END"], "3 / 3"),
        (["END", "ARROW_RIGHT", "j"], "3 / 3"),
        (["END", "ARROW_LEFT", "ARROW_UP"], "1 / 3"),
        (["END", "HOME"], "0 / 3"),
        (["k"], "0 / 3"),
    ],
)
def test_the_keys_go_from_step_to_step(page: Page, keys: list[str], at: str) -> None:
    page.press(*keys)
    assert page.at == at


def test_a_step_shows_what_it_changed(page: Page) -> None:
    page.press("j", "j")
    assert page.texts(".moment > h2") == ["2 desk receives Ask from clerk[0]"]
    assert page.texts(".card.acts h3") == ["desk"]
    assert page.texts(".card .changed") == ["open becomes → shut", "count 0 becomes → 1"]
    assert page.texts(".network li.gone") == ["clerk[0] → to desk Ask arrived"]
    assert page.texts('[aria-current="step"] > span') == ["desk receives Ask from clerk[0]"]
    assert len(page.all(".row.current")) == 1
    assert page.driver.execute_script("return document.getElementById('said').textContent").split()[0] == "2"


def test_messages_under_way_and_faults_and_the_loop_are_marked(page: Page) -> None:
    page.press("j")
    assert page.texts(".network li.sent") == ["clerk[0] → to desk Ask sent"]
    page.press("END")
    assert page.texts(".tags .tag") == ["fault", "repeats for ever"]
    assert page.texts(".card.down h3") == ["clerk[0] down"]
    assert page.texts(".row.fault .label") == ["crashes for good"]
    assert page.texts(".loop text") == ["↻ repeats for ever"]
    assert page.texts(".chapter.over .why p") == ["desk in open never comes to hold:", "desk is in shut"]


def test_buttons_and_rows_do_what_the_keys_do(page: Page) -> None:
    page.all('[data-go="last"]')[0].click()
    assert page.at == "3 / 3"
    assert [one.get_attribute("aria-label") for one in page.all("button:disabled")] == ["step on", "last step"]
    page.all('.row[data-step="1"]')[0].click()
    assert page.at == "1 / 3"
    page.all('.story li[data-step="2"]')[0].click()
    assert page.at == "2 / 3"


def test_the_index_leads_to_each_counterexample_and_the_address_says_where_one_is(page: Page) -> None:
    page.press("j")
    page.all(".index a")[1].click()
    assert page.texts("h1") == ["opens_1 FAILS"]
    page.press("j", "j")
    assert page.driver.current_url == f"{page.address}#2.2"
    page.driver.get("about:blank")
    page.driver.get(f"{page.address}#2.3")
    assert (page.texts("h1"), page.at) == (["opens_1 FAILS"], "3 / 3")
    page.driver.get("about:blank")
    page.driver.get(f"{page.address}#9.9")
    assert (page.texts("h1"), page.at) == (["opens_0 FAILS"], "0 / 3")


def test_it_is_dark_where_people_want_it_dark(page: Page) -> None:
    page.emulate(features=[{"name": "prefers-color-scheme", "value": "light"}])
    light = page.colours
    page.emulate(features=[{"name": "prefers-color-scheme", "value": "dark"}])
    dark = page.colours
    page.emulate(features=[])
    assert light != dark


def test_on_paper_all_counterexamples_stand_with_their_ends(page: Page) -> None:
    page.emulate(media="print")
    try:
        assert page.texts("h1") == ["opens_0 FAILS", "opens_1 FAILS"]
        assert page.texts(".moment > h2") == ["3 clerk[0] crashes for good"] * 2
        assert page.all("button") == []
    finally:
        page.emulate(media="")


def test_nothing_is_fetched_and_nothing_complains(page: Page) -> None:
    page.press("j", "END", "HOME")
    asked = [entry["message"] for entry in page.driver.get_log("performance")]
    sent = [message for message in asked if '"Network.requestWillBeSent"' in message]
    assert all(page.address in message or '"url":"data:' in message for message in sent)
    assert page.driver.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert page.driver.get_log("browser") == []


def test_everything_has_a_name_for_those_who_listen(page: Page) -> None:
    nameless = page.driver.execute_script(
        "return [...document.querySelectorAll('button, section, nav, svg, article')]"
        ".filter(one => !one.getAttribute('aria-label')).length"
    )
    assert nameless == 0
    assert page.driver.execute_script("return document.documentElement.lang") == "en"
