"""Live values: fetched from a real HTTPS server, kept in the cache, and every way to fail."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from grid_server import KEY, PASSWORD, Answer, GridServer, answer
from hypothesis import given
from hypothesis import strategies as st

from commit_carbon_hook.errors import CarbonError
from commit_carbon_hook.grid import access, cache, live, past, zones
from commit_carbon_hook.grid.client import Client, Limits, RefusedError
from commit_carbon_hook.grid.providers import provider

NOW = 1_795_468_800
SHORT = Limits(connect=1, read=0.4, total=1.5, pause=1, first_pause=0.01)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GridServer]:
    with GridServer(tmp_path) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    found = tmp_path / "home"
    found.mkdir()
    return found


def environment(server: GridServer, home: Path, *providers: str, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        **server.environment(*providers, version=more.pop("version", "")),
        **more,
    }


def grid(
    arguments: str, variables: dict[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "commit_carbon_hook.cli", "grid", *arguments.split()],
        cwd=folder, env=variables, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def kept(zone: str, variables: dict[str, str]) -> live.Value | None:
    return live.stored(zone, int(time.time()), variables)


# --- what goes right


@pytest.mark.parametrize("version", ["", "/v4", "/v3"])
def test_electricity_maps_gives_the_zones_value(
    server: GridServer, home: Path, version: str
) -> None:
    variables = environment(server, home, "electricitymaps", version=version)
    done = grid("refresh --zone FR", variables, home)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("FR: 43 gCO2e/kWh at 20")
    value = kept("FR", variables)
    assert value
    assert (value.gco2e_per_kwh, value.provider, value.area) == (43, "electricitymaps", "FR")
    assert (value.boundary, value.marginal_gco2e_per_kwh) == ("lifecycle", None)
    seen = server.requests[0]
    assert seen.path == f"{version or '/v4'}/carbon-intensity/latest"
    assert seen.query == {"zone": "FR", "emissionFactorType": "lifecycle"}


def test_a_cloud_region_is_asked_for_by_its_area(server: GridServer, home: Path) -> None:
    variables = environment(server, home, "electricitymaps")
    done = grid("refresh aws:us-east-1 GCP:us-east4 US-CAL-CISO", variables, home)
    assert done.returncode == 0, done.stderr
    assert [seen.query["zone"] for seen in server.requests] == [
        "US-MIDA-PJM", "US-MIDA-PJM", "US-CAL-CISO",
    ]  # fmt: skip
    value = kept("aws:us-east-1", variables)
    assert value
    assert value.area == "US-MIDA-PJM"
    shown = grid("aws:us-east-1", variables, home).stdout
    assert "live: 400 gCO2e/kWh, life cycle, fetched 0 minutes ago" in shown


def test_watttime_gives_the_average_and_the_marginal_value_apart(
    server: GridServer, home: Path
) -> None:
    variables = environment(server, home, "watttime")
    done = grid("refresh aws:us-west-1", variables, home)
    assert (done.returncode, done.stderr) == (0, "")
    value = kept("aws:us-west-1", variables)
    assert value
    assert value.gco2e_per_kwh == pytest.approx(600 * 0.45359237, abs=0.01)
    assert value.marginal_gco2e_per_kwh == pytest.approx(1100 * 0.45359237, abs=0.01)
    assert value.boundary == "direct"
    assert [seen.path for seen in server.requests] == ["/login", "/v3/historical", "/v3/forecast"]
    assert not any("index" in seen.path for seen in server.requests)


def test_watttime_without_the_average_is_not_used(server: GridServer, home: Path) -> None:
    server.averages = False
    variables = environment(server, home, "watttime")
    done = grid("refresh aws:us-west-1", variables, home)
    assert (done.returncode, done.stdout) == (1, "")
    assert "gives this account the marginal value only (500 gCO2e/kWh)" in done.stderr
    assert kept("aws:us-west-1", variables) is None


def test_great_britain_needs_no_key(server: GridServer, home: Path) -> None:
    variables = environment(server, home)
    done = grid("refresh azure:uksouth --provider gb", variables, home)
    assert (done.returncode, done.stderr) == (0, "")
    assert "azure:uksouth: 150 gCO2e/kWh" in done.stdout
    assert "direct combustion, GB Carbon Intensity GB, estimated" in done.stdout


def test_keys_come_from_the_users_own_file(server: GridServer, home: Path) -> None:
    folder = home / ".config" / "commit-carbon"
    folder.mkdir(parents=True)
    file = folder / "config.toml"
    file.write_text(
        f'[electricitymaps]\nkey = "{KEY}"\nurl = "{server.url}/v3"\n[live]\nzones = ["FR", "de"]\n'
    )
    file.chmod(0o600)
    variables = environment(server, home)
    del variables["COMMIT_CARBON_ELECTRICITYMAPS_URL"]
    done = grid("refresh", variables, home)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["FR", "DE"]
    file.chmod(0o644)
    done = grid("refresh FR", variables, home)
    assert done.stderr.endswith(
        "config.toml: others on this machine can read your keys: chmod 600 it\n"
    )
    assert KEY not in done.stderr


def test_the_zone_of_the_configuration_here_is_refreshed_and_nothing_else_of_it_is_read(
    server: GridServer, home: Path, tmp_path: Path
) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / ".commit-carbon.toml").write_text('grid = "gcp:europe-west9"\n')
    variables = environment(server, home, "electricitymaps")
    done = grid("refresh", variables, repository)
    assert done.stdout.startswith("gcp:europe-west9: 43 gCO2e/kWh")
    (repository / ".commit-carbon.toml").write_text(
        f'grid = "FR"\nelectricitymaps_url = "{server.url}/v3"\n'
    )
    done = grid("refresh", variables, repository)
    assert (done.returncode, done.stdout) == (2, "")


def test_the_cache_is_for_the_user_alone(server: GridServer, home: Path) -> None:
    variables = environment(server, home, "electricitymaps")
    grid("refresh FR", variables, home)
    file = home / ".cache" / "commit-carbon" / "grid" / "FR"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) & 0o077 == 0
    assert KEY not in file.read_text()
    assert [path.name for path in file.parent.iterdir()] == ["FR"]


# --- what goes wrong: one line, no key in it, and the annual value stays

FAULTS = {
    "401": (Answer(401, b"{}"), "did not accept the key: check it (HTTP 401)"),
    "403": (Answer(403, b"{}"), "says that the key does not cover this zone or signal (HTTP 403)"),
    "404": (Answer(404, b"{}"), "does not know the zone or has nothing for it (HTTP 404)"),
    "429": (Answer(429, b"", (("Retry-After", "3600"),)), "requests: try later (HTTP 429)"),
    "429-date": (
        Answer(429, b"", (("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"),)),
        "too many requests: try later (HTTP 429)",
    ),
    "half": (answer({"zone": "FR"}, cut=True), "breaks off its answer"),
    "garbage": (Answer(body=b"<html>oops</html>"), "answers with something that is not JSON"),
    "empty": (Answer(body=b""), "answers with something that is not JSON"),
    "deep": (Answer(body=b"[" * 200_000), "answers with something that is not JSON"),
    "nan": (Answer(body=b'{"zone": "FR", "carbonIntensity": NaN}'), "not JSON"),
    "list": (answer([1, 2]), "answers in another form than documented"),
    "text": (
        answer({"zone": "FR", "carbonIntensity": "43", "datetime": "2026-01-01T00:00Z"}),
        "answers in another form than documented",
    ),
    "zero": (
        answer({"zone": "FR", "carbonIntensity": 0, "datetime": "2026-01-01T00:00Z"}),
        "answers with a value that no grid can have: not used",
    ),
    "negative": (
        answer({"zone": "FR", "carbonIntensity": -3, "datetime": "2026-01-01T00:00Z"}),
        "answers with a value that no grid can have: not used",
    ),
    "absurd": (
        answer({"zone": "FR", "carbonIntensity": 43_000, "datetime": "2026-01-01T00:00Z"}),
        "answers with a value that no grid can have: not used",
    ),
    "other-zone": (
        answer({"zone": "PL", "carbonIntensity": 700, "datetime": "2026-01-01T00:00Z"}),
        "answers for another zone than FR",
    ),
    "old": (
        answer({"zone": "FR", "carbonIntensity": 43, "datetime": "2026-01-01T00:00Z"}),
        "has no recent value: its newest is",
    ),
    "future": (
        answer({"zone": "FR", "carbonIntensity": 43, "datetime": "2099-01-01T00:00Z"}),
        "has no recent value: its newest is of the future",
    ),
    "no-time": (
        answer({"zone": "FR", "carbonIntensity": 43, "datetime": "yesterday"}),
        "answers with something that is no time",
    ),
    "redirect-elsewhere": (
        Answer(302, b"", (("Location", "https://example.org/collect"),)),
        "sends us to another host: not followed",
    ),
    "redirect-to-plain-http": (
        Answer(302, b"", (("Location", "http://localhost/collect"),)),
        "sends us to another host: not followed",
    ),
    "redirect-nowhere": (Answer(301, b""), "sends us to another host: not followed"),
    "too-large": (Answer(body=b" " * (5 * 1024 * 1024)), "answers with more than"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "what"), FAULTS.values(), ids=list(FAULTS))
def test_a_fault_is_one_line_and_the_annual_value_stays(
    server: GridServer, home: Path, said: Answer, what: str
) -> None:
    server.queue.extend([said] * 3)
    variables = environment(server, home, "electricitymaps")
    done = grid("refresh FR", variables, home)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("commit-carbon: grid: FR: Electricity Maps ")
    assert what in done.stderr
    assert done.stderr.endswith("; its annual value stays in use\n")
    assert KEY not in done.stderr
    assert kept("FR", variables) is None
    assert not (home / ".cache").exists()


def test_a_zone_that_nobody_knows_is_refused_at_once(server: GridServer, home: Path) -> None:
    variables = environment(server, home, "electricitymaps")
    done = grid("refresh ES", variables, home)
    assert done.returncode == 1
    assert "does not know the zone or has nothing for it (HTTP 404)" in done.stderr
    assert len(server.requests) == 1


def test_one_zone_that_fails_does_not_stop_the_others(server: GridServer, home: Path) -> None:
    variables = environment(server, home, "electricitymaps")
    done = grid("refresh ES FR", variables, home)
    assert done.returncode == 1
    assert done.stdout.startswith("FR: 43")
    assert kept("FR", variables)


def test_an_old_value_stays_after_a_failure(server: GridServer, home: Path) -> None:
    variables = environment(server, home, "electricitymaps")
    grid("refresh FR", variables, home)
    server.queue.extend([Answer(401, b"{}")])
    assert grid("refresh FR", variables, home).returncode == 1
    assert kept("FR", variables)


def test_without_a_key_nothing_is_asked(server: GridServer, home: Path) -> None:
    done = grid("refresh FR", environment(server, home), home)
    assert done.returncode == 1
    assert "COMMIT_CARBON_ELECTRICITYMAPS_KEY" in done.stderr
    assert server.requests == []


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://localhost:1/v4", "http:"),
        ("https://user:hidden@localhost/v4", "hidden"),
        ("https://localhost/v4?auth-token=hidden", "hidden"),
        ("file:///etc/passwd", "passwd"),
        ("https://", "https://\n"),
        ("https://localhost:99999/", "99999"),
    ],
)
def test_an_address_must_be_https_and_hold_no_key(
    server: GridServer, home: Path, url: str, shown: str
) -> None:
    variables = environment(server, home, "electricitymaps")
    variables["COMMIT_CARBON_ELECTRICITYMAPS_URL"] = url
    done = grid("refresh FR", variables, home)
    assert done.returncode == 2
    assert "must be https://HOST[:PORT][/PATH], without a key in it" in done.stderr
    assert shown not in done.stderr


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[electricitymaps]\nkey = 5\n", "must be a string in quotes"),
        (f'[electricitymaps]\nkey = "a\\u0007{KEY}"\n', "must be one line of plain characters"),
        (f'[electricitymaps]\ntoken = "{KEY}"\n', "token: unknown key: it has url, key"),
        (f'[other]\nkey = "{KEY}"\n', "other: not a table of it"),
        (f'key = "{KEY}"\n', "key: not a table of it"),
        ("[live]\nmax-age = 0\n", "max-age: must be 1 to 1440 minutes"),
        ('[live]\nzones = "FR"\n', "zones: must be a list of strings"),
        ("[live]\ncommand = 1\n", "command: unknown key"),
        ("= broken", "not valid TOML"),
        ("#" * 20_000, "larger than"),
    ],
)
def test_a_fault_in_the_users_file_names_the_key_and_no_value(
    home: Path, text: str, what: str
) -> None:
    folder = home / ".config" / "commit-carbon"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(text)
    with pytest.raises(CarbonError) as error:
        access.load({"HOME": str(home)})
    assert what in str(error.value)
    assert KEY not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_certificate_of_nobody_is_refused(server: GridServer, home: Path) -> None:
    variables = environment(server, home, "electricitymaps")
    del variables["SSL_CERT_FILE"]
    done = grid("refresh FR", variables, home)
    assert done.returncode == 1
    assert "cannot prove who it is: its certificate is refused" in done.stderr
    assert server.requests == []


def test_a_certificate_for_another_host_is_refused(tmp_path: Path, home: Path) -> None:
    with GridServer(tmp_path, host="elsewhere.example") as server:
        done = grid("refresh FR", environment(server, home, "electricitymaps"), home)
    assert "cannot prove who it is: its certificate is refused" in done.stderr
    assert server.requests == []


# --- the client, with short limits


def client(server: GridServer, name: str = "electricitymaps") -> Client:
    variables = server.environment("electricitymaps", "watttime")
    return Client(access.load(variables).providers[name], variables, SHORT)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(server: GridServer, status: int) -> None:
    server.queue.extend([Answer(status), Answer(status, b"", (("Retry-After", "1"),))])
    before = time.monotonic()
    with pytest.raises(RefusedError):
        client(server).get("/nothing", {})
    assert time.monotonic() - before >= 1
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_what_will_not_pass_is_asked_once(server: GridServer, status: int) -> None:
    server.queue.extend([Answer(status)] * 3)
    with pytest.raises(RefusedError) as error:
        client(server).get("/nothing", {})
    assert error.value.status == status
    assert len(server.requests) == 1


def test_attempts_are_bounded(server: GridServer) -> None:
    server.queue.extend([Answer(500)] * 9)
    with pytest.raises(RefusedError):
        client(server).get("/nothing", {})
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("said", "what"),
    [
        pytest.param(answer({}, hang=1.0), "does not answer in time", id="hang"),
        pytest.param(
            Answer(body=b"x" * 100, drip=True), "takes longer than 1.5 seconds", id="drip"
        ),
    ],
)
def test_a_hang_ends(server: GridServer, said: Answer, what: str) -> None:
    server.queue.extend([said] * 3)
    before = time.monotonic()
    with pytest.raises(CarbonError, match=what):
        client(server).get("/nothing", {})
    assert time.monotonic() - before < 4


def test_nobody_there(server: GridServer) -> None:
    variables = server.environment("electricitymaps")
    variables["COMMIT_CARBON_ELECTRICITYMAPS_URL"] = "https://localhost:1/v4"
    lonely = Client(access.load(variables).providers["electricitymaps"], variables, SHORT)
    with pytest.raises(CarbonError, match="Electricity Maps cannot be reached"):
        lonely.get("/nothing", {})


def test_a_redirect_on_the_same_host_is_followed_and_a_circle_is_not(server: GridServer) -> None:
    server.queue.append(Answer(307, b"", (("Location", "/intensity"),)))
    assert "data" in client(server, "gb").get("/old", {})
    server.queue.extend([Answer(307, b"", (("Location", "/round"),))] * 9)
    with pytest.raises(CarbonError, match="round in circles"):
        client(server, "gb").get("/round", {})


def test_an_expired_token_is_renewed_once(server: GridServer) -> None:
    variables = server.environment("watttime")
    source = provider(access.load(variables).providers["watttime"], variables)
    now = int(time.time())
    assert source.latest("CAISO_NORTH", now).average
    server.tokens.append("another session took over")
    assert source.latest("CAISO_NORTH", now).average
    logins = [seen for seen in server.requests if seen.path == "/login"]
    assert len(logins) == 2
    server.queue.extend([Answer(401, b"{}")] * 4)
    with pytest.raises(RefusedError, match="did not accept the key"):
        source.latest("CAISO_NORTH", now)


def test_a_wrong_password_is_one_line(server: GridServer, home: Path) -> None:
    variables = environment(server, home, "watttime")
    variables |= {"COMMIT_CARBON_WATTTIME_PASSWORD": "wrong-and-secret"}
    done = grid("refresh aws:us-west-1", variables, home)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "wrong-and-secret" not in done.stderr
    assert PASSWORD not in done.stderr


def test_watttime_in_another_unit_is_refused(server: GridServer, home: Path) -> None:
    server.queue.append(answer({"token": "t"}))
    server.queue.append(answer({"data": [], "meta": {"units": "percentile"}}))
    done = grid("refresh aws:us-west-1", environment(server, home, "watttime"), home)
    assert done.returncode == 1
    assert "answers in another unit than lbs_co2_per_mwh" in done.stderr


def test_a_secret_does_not_show() -> None:
    secret = access.Secret(KEY)
    assert KEY not in repr(secret)
    assert KEY not in str(secret)
    assert KEY not in f"{access.Access('gb', 'https://x', {'key': secret})}"
    assert secret.reveal() == KEY


# --- the cache that the hook reads

names = st.sampled_from(["FR", "aws:us-east-1", "gcp:northamerica-northeast1", "CAISO_NORTH"])
intensities = st.integers(1, 150_000).map(lambda hundredths: hundredths / 100)
values = st.builds(
    live.Value,
    names,
    intensities,
    st.none() | intensities,
    st.integers(0, 10**11 - 1),
    st.integers(0, 10**11 - 1),
    st.sampled_from(live.PROVIDERS),
    names,
    st.sampled_from(live.BOUNDARIES),
    st.booleans(),
    st.integers(1, 1440),
)


@given(values)
def test_a_line_and_its_value_are_inverses(value: live.Value) -> None:
    assert live.parsed(live.line(value)) == value
    assert len(live.line(value)) < 512


GOOD = live.Value("FR", 43.0, None, NOW, NOW, "electricitymaps", "FR", "lifecycle", False)


def keep(home: Path, zone: str, content: bytes) -> dict[str, str]:
    variables = {"HOME": str(home)}
    cache.write(live.path(zone, variables), content)
    return variables


@pytest.mark.parametrize(
    ("age_minutes", "most", "used"),
    [(0, 60, True), (59, 60, True), (60, 60, True), (61, 60, False), (5, 1, False), (-4, 60, True),
     (-6, 60, False), (-10_000, 60, False)],
)  # fmt: skip
def test_a_value_is_used_while_it_is_fresh(
    home: Path, age_minutes: int, most: int, used: bool
) -> None:
    content = live.line(GOOD._replace(max_age_minutes=most))
    variables = keep(home, "FR", content)
    found = live.stored("FR", NOW + age_minutes * 60, variables)
    assert (found is not None) == used
    said = {**keep(home, "FR", live.line(GOOD)), "COMMIT_CARBON_MAX_AGE": str(most)}
    assert (live.stored("FR", NOW + age_minutes * 60, said) is not None) == used


@pytest.mark.parametrize("text", ["0", "1441", "-5", "1.5", "soon", "\u0665", "99999999"])
def test_a_max_age_that_is_no_number_of_minutes_is_refused_where_there_is_a_value(
    home: Path, text: str
) -> None:
    variables = {**keep(home, "FR", live.line(GOOD)), "COMMIT_CARBON_MAX_AGE": text}
    assert live.stored("DE", NOW, variables) is None
    with pytest.raises(CarbonError, match="COMMIT_CARBON_MAX_AGE: must be 1 to 1440 minutes"):
        live.stored("FR", NOW, variables)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n", b"garbage\n", live.line(GOOD)[:-1], live.line(GOOD) * 2, b"\xff\n",
        live.line(GOOD).replace(b"43.00", b"0.00"), live.line(GOOD).replace(b"43.00", b"nan"),
        live.line(GOOD).replace(b"43.00", b"1e3"), live.line(GOOD).replace(b"43.00", b"99999.00"),
        live.line(GOOD).replace(b"43.00", b"-43.00"), live.line(GOOD).replace(b"=FR ", b"=DE ", 1),
        live.line(GOOD).replace(b"electricitymaps", b"somebody"),
        live.line(GOOD).replace(b"lifecycle", b"marginal"), live.line(GOOD)[:40], b"\0" * 4096,
        live.line(GOOD).replace(b"zone=", b"zone=FR zone="),
        live.line(GOOD).replace(b"max-age=60", b"max-age=0"),
        live.line(GOOD).replace(b"max-age=60", b"max-age=1441"),
    ],
)  # fmt: skip
def test_a_damaged_or_foreign_file_is_as_good_as_none(home: Path, content: bytes) -> None:
    assert live.stored("FR", NOW, keep(home, "FR", content)) is None


def test_a_link_a_pipe_or_a_folder_is_as_good_as_none(home: Path) -> None:
    variables = keep(home, "DE", live.line(GOOD._replace(zone="DE")))
    place = Path(live.path("FR", variables))
    place.symlink_to(place.parent / "DE")
    assert live.stored("FR", NOW, variables) is None
    place.unlink()
    os.mkfifo(place)
    assert live.stored("FR", NOW, variables) is None
    place.unlink()
    place.mkdir()
    assert live.stored("FR", NOW, variables) is None


@pytest.mark.parametrize("zone", ["", "../FR", "a/b", "x" * 33, "FR\n", "."])
def test_a_zone_that_is_no_name_has_no_file(zone: str) -> None:
    assert (
        live.path(zone, {"HOME": "/home/ada"}) in ("", "/home/ada/.cache/commit-carbon/grid/.")[:1]
    )


def test_no_home_no_value() -> None:
    assert live.stored("FR", NOW, {}) is None
    assert live.stored("FR", NOW, {"HOME": "relative"}) is None


def test_the_reader_imports_nothing_heavy() -> None:
    code = "import sys; import commit_carbon_hook.grid.live; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-IS", "-c", f"import sys; sys.path.insert(0, {str(Path(live.__file__).parents[2])!r}); {code}"], capture_output=True, text=True, check=True)  # fmt: skip # noqa: E501
    heavy = {
        "typing",
        "re",
        "json",
        "datetime",
        "urllib3",
        "tomllib",
        "urllib",
        "ssl",
        "collections",
    }
    assert not set(done.stdout.split()) & heavy


# --- the past


def moments(start: str, *hours: float) -> list[int]:
    first = datetime.fromisoformat(start).replace(tzinfo=UTC)
    return [int((first + timedelta(hours=hour)).timestamp()) for hour in hours]


def test_the_past_is_fetched_by_the_hour_and_kept(server: GridServer, home: Path) -> None:
    variables = environment(server, home, "electricitymaps")
    times = moments("2026-10-01T00:00", 0, 5.5, 30, 24 * 25)
    found = past.hourly("FR", times, variables, NOW)
    assert found == {times[0]: 43, times[1]: 48, times[2]: 49, times[3]: 43}
    assert len(server.requests) == 2
    assert past.hourly("FR", times, variables, NOW) == found
    assert len(server.requests) == 2
    more = moments("2026-10-02T00:00", 1, 47)
    assert past.hourly("FR", [*times, *more], variables, NOW)[more[1]] == 43 + 23
    assert len(server.requests) == 3


def test_half_hours_are_averaged(server: GridServer, home: Path) -> None:
    variables = environment(server, home)
    times = moments("2026-10-01T00:00", 3)
    assert past.hourly("GB", times, variables, NOW, "gb") == {times[0]: 155}


def test_what_is_not_over_yet_is_not_kept(server: GridServer, home: Path) -> None:
    variables = environment(server, home, "watttime")
    now = int(time.time())
    assert past.hourly("aws:us-west-1", [now - 7200], variables, now)
    assert not list(home.rglob("grid-history/**/20*"))


def test_a_damaged_day_is_fetched_again(server: GridServer, home: Path) -> None:
    variables = environment(server, home, "electricitymaps")
    times = moments("2026-10-01T00:00", 4)
    good = past.hourly("FR", times, variables, NOW)
    (file,) = home.rglob("2026-10-01")
    for content in ("nonsense", "1 2 3\n", "496000 99999\n", "1 43.0\n"):
        file.write_text(content)
        assert past.hourly("FR", times, variables, NOW) == good


def test_the_past_without_a_key_is_one_line(server: GridServer, home: Path) -> None:
    with pytest.raises(CarbonError, match="COMMIT_CARBON_ELECTRICITYMAPS_KEY"):
        past.hourly("FR", [NOW], environment(server, home), NOW)


@given(st.lists(st.integers(0, 400), min_size=1, unique=True).map(sorted), st.integers(1, 40))
def test_windows_cover_all_days_and_are_never_too_long(days: list[int], most: int) -> None:
    spans = list(past.windows(days, most))
    assert all(last - first < most for first, last in spans)
    assert all(any(first <= day <= last for first, last in spans) for day in days)
    assert all(first in days and last in days for first, last in spans)


def test_every_zone_of_ours_is_asked_for_by_a_known_name() -> None:
    from commit_carbon_hook import factors

    rows = factors.load()["zones"]
    assert zones.area("aws:us-east-1", "electricitymaps", rows) == "US-MIDA-PJM"
    assert zones.area("CA-ON", "electricitymaps", rows) == "CA-ON"
    assert zones.area("SRVC", "electricitymaps", rows) == ""
    assert zones.area("WORLD", "electricitymaps", rows) == ""
    assert zones.area("gcp:europe-west2", "gb", rows) == "GB"
    assert zones.area("FR", "gb", rows) == ""
    assert zones.area("FR", "watttime", rows) == ""
    assert zones.area("PJM_DC", "watttime", rows) == "PJM_DC"
