"""Who comes in to the console, and how: `dev` on a laptop, by a key, by Cognito's hosted pages."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest
from playwright.async_api import expect

from infra.local.identity import LOCAL_SECRET
from tests.e2e.client import checked, client
from tests.e2e.console.conftest import WEB, Open
from tests.e2e.console.hosted_pages import HostedPages
from tests.e2e.local_cloud import LocalCloud, started
from tests.serving import served

if TYPE_CHECKING:
    from playwright.async_api import Page, Route


EMAIL, PASSWORD = "ada@example.org", "Correct-horse-7"
WELCOME = {"en": "Welcome to Freshet", "zh": "欢迎使用 Freshet"}
Judge = Callable[["Page"], Awaitable[None]]


@pytest.fixture(scope="module")
async def hosted() -> AsyncIterator[tuple[HostedPages, str]]:
    """The sign-in pages, and where they are."""
    pages = HostedPages({EMAIL: PASSWORD})
    async with served(pages.app) as url:
        yield pages, url


@pytest.fixture(scope="module")
def strict(hosted: tuple[HostedPages, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud as strict as AWS, that people sign in to."""
    if not (WEB / "dist/index.html").is_file():
        pytest.skip("the console is not built: `make console`, with Node 20.19+")
    pages, url = hosted
    cloud = LocalCloud(tmp_path_factory.mktemp("strict"), "--no-demo", LOCAL_AUTH="strict", SIGN_IN_URL=url)
    with started(cloud):
        pages.serve(cloud)
        yield cloud


@pytest.fixture
def pages(hosted: tuple[HostedPages, str], strict: LocalCloud) -> HostedPages:
    """The sign-in pages of the strict cloud; what a test spoils is whole again after it."""
    found, _ = hosted
    found.spoilt.clear()
    found.grants.clear()
    found.renewable.clear()
    return found


async def by_key(page: "Page", key: str = LOCAL_SECRET) -> None:
    await page.get_by_label("Freshet key").fill(key)
    await page.get_by_role("button", name="Use this key").click()


async def by_pages(page: "Page") -> None:
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_label("Email").fill(EMAIL)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


async def is_in(page: "Page", name: str) -> None:
    await expect(page.get_by_role("complementary").get_by_text(name)).to_be_visible()


@pytest.mark.parametrize(("language", "name"), [("en", "dev (this machine)"), ("zh", "dev（本机）")])
async def test_on_a_laptop_one_is_dev_and_sees_it(open_console: Open, language: str, name: str) -> None:
    page = await open_console("#/activity", language=language)
    await is_in(page, name)


@pytest.mark.parametrize(
    ("language", "field", "button", "refusal"),
    [
        ("en", "Freshet key", "Use this key", "This key is not valid."),
        ("zh", "Freshet 密钥", "使用该密钥", "密钥无效"),
    ],
)
async def test_a_wrong_key_is_refused_in_words(
    open_console: Open, strict: LocalCloud, language: str, field: str, button: str, refusal: str
) -> None:
    page = await open_console(url=f"{strict.url}/", language=language)
    await expect(page.get_by_role("heading", name=WELCOME[language])).to_be_visible()
    await page.get_by_label(field).fill("fk_wrong")
    await page.get_by_role("button", name=button).click()
    await expect(page.get_by_role("alert")).to_contain_text(refusal)
    await expect(page.get_by_label(field)).to_be_focused()


async def test_a_right_key_gets_in_until_one_signs_out(open_console: Open, strict: LocalCloud) -> None:
    page = await open_console("#/activity/keys", url=f"{strict.url}/")
    await by_key(page)
    await expect(page.get_by_role("tab", name="Keys")).to_have_attribute("aria-selected", "true")
    await page.reload()
    await is_in(page, "with a key")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name=WELCOME["en"])).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name=WELCOME["en"])).to_be_visible()


async def test_a_key_that_is_revoked_meanwhile_costs_nothing_that_was_typed(
    open_console: Open, strict: LocalCloud
) -> None:
    with client(strict, LOCAL_SECRET) as dev:
        key = checked(dev.post("/api/v1/keys", json={"name": "short-lived"}))
    page = await open_console("#/activity/keys", url=f"{strict.url}/")
    await by_key(page, key["key"])
    await page.get_by_label("Name").fill("what was typed")

    async def revoked(route: "Route") -> None:  # the real one is refused once API Gateway asks again: 30 s
        sent = route.request.headers.get("authorization")
        if sent == f"Bearer {key['key']}":
            await route.fulfill(status=401, json={"title": "Unauthorized", "code": "unauthenticated"})
        else:
            await route.continue_()

    await page.route("**/api/v1/**", revoked)
    await page.get_by_role("button", name="Make a key").click()
    again = page.get_by_role("dialog", name="Sign in again")
    await expect(again).to_be_visible()
    await by_key(page)
    await expect(again).to_be_hidden()
    await expect(page.get_by_label("Name")).to_have_value("what was typed")
    await expect(page.get_by_text("Your session is over")).to_be_hidden()


async def test_a_network_that_is_down_at_the_start_is_said_and_tried_again(
    open_console: Open, strict: LocalCloud
) -> None:
    page = await open_console(url="about:blank")
    await page.route("**/config.json", lambda route: route.abort())
    await page.goto(f"{strict.url}/")
    await expect(page.get_by_role("alert")).to_contain_text("Freshet can't be reached")
    await page.unroute("**/config.json")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_label("Freshet key")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (390, "zh")])
async def test_nobody_is_kept_out_of_the_sign_in_page(
    open_console: Open, strict: LocalCloud, no_barriers: Judge, scheme: str, width: int, language: str
) -> None:
    page = await open_console(url=f"{strict.url}/", language=language, width=width, scheme=scheme)
    await expect(page.get_by_role("heading", name=WELCOME[language])).to_be_visible()
    await no_barriers(page)


@pytest.mark.parametrize("at", ["", "prod/", "pages/debug.html", "prod/pages/debug.html"])
async def test_one_signs_in_and_comes_back_to_where_one_was(
    open_console: Open, strict: LocalCloud, pages: HostedPages, at: str
) -> None:
    page = await open_console(f"{at}#/activity/keys", url=f"{strict.url}/")
    await by_pages(page)
    await is_in(page, EMAIL)
    base = f"{strict.url}/prod/" if at.startswith("prod") else f"{strict.url}/"
    assert page.url == f"{base}#/activity/keys"
    assert pages.asked[-1]["redirect_uri"] == base
    await page.get_by_label("Name").fill("by Ada")
    await page.get_by_role("button", name="Make a key").click()
    await expect(page.get_by_role("dialog")).to_contain_text("by Ada")
    assert pages.grants == ["authorization_code"]


async def test_the_session_outlasts_a_reload_and_its_tokens_and_ends_when_one_signs_out(
    open_console: Open, strict: LocalCloud, pages: HostedPages
) -> None:
    page = await open_console("#/activity", url=f"{strict.url}/")
    await by_pages(page)
    await is_in(page, EMAIL)
    await page.reload()
    await is_in(page, EMAIL)
    assert pages.grants == ["authorization_code"]
    now = await page.evaluate("Date.now()")
    await page.clock.set_system_time(now / 1000 + 3590)  # the token has ten seconds left
    await page.goto(f"{strict.url}/#/activity/usage")
    await page.get_by_role("tab", name="Keys").click()
    await expect(page.get_by_role("tabpanel")).to_contain_text("How programs use a key")
    await expect(page.get_by_role("tab", name="Keys")).to_be_visible()
    assert pages.grants == ["authorization_code", "refresh_token"]
    assert pages.renewable
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name=WELCOME["en"])).to_be_visible()
    assert page.url == f"{strict.url}/"
    assert not pages.renewable
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Hosted pages")).to_be_visible()


async def test_a_session_that_was_ended_elsewhere_is_said_to_be_over(
    open_console: Open, strict: LocalCloud, pages: HostedPages
) -> None:
    page = await open_console("#/activity/keys", url=f"{strict.url}/")
    await by_pages(page)
    await expect(page.get_by_role("listitem").or_(page.get_by_text("No keys yet")).first).to_be_visible()
    pages.renewable.clear()
    now = await page.evaluate("Date.now()")
    await page.clock.set_system_time(now / 1000 + 3700)
    await page.get_by_role("tab", name="Usage").click()
    await expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_contain_text("copy it first")


async def test_a_sign_in_that_was_refused_is_said_with_the_reason(
    open_console: Open, strict: LocalCloud, pages: HostedPages
) -> None:
    page = await open_console("#/activity", url=f"{strict.url}/")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("alert")).to_contain_text("access_denied: User cancelled the sign-in.")
    assert page.url == f"{strict.url}/"
    assert pages.grants == []


@pytest.mark.parametrize("name", ["state", "nonce"])
async def test_what_does_not_answer_the_sign_in_that_was_begun_is_refused(
    open_console: Open, strict: LocalCloud, pages: HostedPages, name: str
) -> None:
    pages.spoilt[name] = "somebody-elses"
    page = await open_console(url=f"{strict.url}/", language="zh")
    await page.get_by_role("button", name="登录", exact=True).click()
    await page.get_by_label("Email").fill(EMAIL)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("不是在当前标签页发起的")
    assert page.url == f"{strict.url}/"
    await expect(page.get_by_role("navigation")).to_be_hidden()


async def test_a_code_without_its_verifier_is_worth_nothing(
    open_console: Open, strict: LocalCloud, pages: HostedPages
) -> None:
    page = await open_console(url=f"{strict.url}/")

    async def forged(route: "Route") -> None:
        form = dict(parse_qsl(route.request.post_data or "")) | {"code_verifier": "x" * 43}
        await route.continue_(post_data="&".join(f"{name}={value}" for name, value in form.items()))

    await page.route("**/oauth2/token", forged)
    await by_pages(page)
    await expect(page.get_by_role("alert")).to_contain_text("invalid_grant")
    assert pages.grants == []


async def test_what_somebody_wrote_into_the_address_is_not_shown(
    open_console: Open, strict: LocalCloud
) -> None:
    words = "error=access_denied&error_description=Call+this+number"
    page = await open_console(f"?{words}", url=f"{strict.url}/")
    await expect(page.get_by_role("alert")).to_contain_text("access_denied")
    await expect(page.get_by_text(re.compile("Call this number"))).to_be_hidden()
    assert page.url == f"{strict.url}/"
