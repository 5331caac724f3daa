"""What is newly published of each dataset, fetched and archived.

Belongs here: the order for a dataset - find, ask, download, archive, record - and what became of it. Does not belong
here: any of the steps, when a dataset is late (run/freshness.py), or alerts (run/nightly.py).

One file, page or dataset that fails stands in the way of no other.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from pipeline import periods
from pipeline.catalogue.contract import Contract
from pipeline.catalogue.fetch_rule import FetchRule, FileRule
from pipeline.catalogue.load import Catalogue
from pipeline.errors import EXIT_DONE, EXIT_ERROR, EXIT_PARTLY_REFUSED, Fault, NotFound
from pipeline.fetch import download as downloads
from pipeline.fetch.find import Listed, listing
from pipeline.fetch.links import Page, read_page
from pipeline.fetch.record import FOLDER, Entry, Record
from pipeline.fetch.web import UNCHANGED, Manners, Web, http_date
from pipeline.ingest import archive
from pipeline.ingest.archive import AddOutcome, Release
from pipeline.periods import Period
from pipeline.settings import Settings

Progress = Callable[[str], None]
NEW = ("archived", "new revision")


@dataclass
class FetchOutcome:
    """What became of one dataset.

    `new` are releases that came in and `would` the files that a dry run would download; `unchanged` counts files that
    are held as they are published. `failures` say what could not be had, `refused` which files are not as their
    contract says, `problems` what the gate will judge.
    """

    dataset: str
    proof: str = "real_site"
    new: list[str] = field(default_factory=list)
    would: list[str] = field(default_factory=list)
    unchanged: int = 0
    failures: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def faulty(self) -> bool:
        return bool(self.failures or self.refused or self.problems)

    @property
    def state(self) -> str:
        """One line on it, for a person."""
        said = [f"{len(self.new)} new: {', '.join(self.new)}"] if self.new else []
        if self.would:
            said.append(f"would download {len(self.would)}: {', '.join(self.would)}")
        if self.refused:
            said.append(f"refused: {' | '.join(self.refused)}")
        if self.failures:
            unproven = " (its fetch block was never run against the publisher's site)" * (self.proof == "code_only")
            said.append(f"failed{unproven}: {' | '.join(self.failures)}")
        if self.problems:
            said.append(f"the gate will stop it: {' | '.join(self.problems)}")
        return "; ".join(said) or "nothing new"


def exit_status(outcomes: Sequence[FetchOutcome]) -> int:
    """Of the process: an error where nothing could be had of any dataset, partly refused where something was amiss."""
    if outcomes and all(
        one.failures and not (one.new or one.would or one.unchanged or one.refused) for one in outcomes
    ):
        return EXIT_ERROR
    return EXIT_PARTLY_REFUSED if any(one.faulty for one in outcomes) else EXIT_DONE


def fetch(
    settings: Settings, catalogue: Catalogue, datasets: Sequence[str] = (), *, dry_run: bool = False,
    web: Web | None = None, progress: Progress = lambda _: None,
) -> list[FetchOutcome]:  # fmt: skip
    """Fetches what is newly published of `datasets` (default: all whose contract says where it is published).

    `dry_run` asks and writes nothing. Raises Fault for a dataset that is not known or not published anywhere, and
    where another fetch is at work on the archive.
    """
    contracts = chosen(catalogue, datasets)
    web = web or Web(
        Manners(contact=settings.fetch_contact, proxy=settings.fetch_proxy, pause=settings.fetch_pause_seconds)
    )
    with _alone(settings.raw, dry_run):
        releases = archive.releases(settings.raw)
        return [
            _Fetch(contract, contract.fetch, settings, catalogue, web, releases, dry_run, progress).go()
            for contract in contracts
        ]


def chosen(catalogue: Catalogue, datasets: Sequence[str]) -> list[Contract]:
    """The contracts to fetch, in the catalogue's order."""
    published = [contract for contract in catalogue.contracts.values() if contract.fetch]
    for name in datasets:
        if name not in catalogue.contracts:
            raise NotFound(f"no dataset {name!r}", where="fetch", remedy=f"Known: {', '.join(catalogue.contracts)}")
        if catalogue.contracts[name].fetch is None:
            raise Fault(
                f"the contract of {name} has no `fetch` block, so nobody knows where it is published",
                where="fetch",
                remedy="Download it by hand and `ics-marts add` it, or see docs/how-to/fetch-publications.md",
            )
    if not published:
        raise Fault("no contract has a `fetch` block", remedy="See docs/how-to/fetch-publications.md")
    return [contract for contract in published if not datasets or contract.dataset in datasets]


@contextmanager
def _alone(raw: Path, dry_run: bool) -> Iterator[None]:
    """Two at once would write into one download."""
    if dry_run:
        yield
        return
    from filelock import FileLock, Timeout

    (raw / FOLDER).mkdir(parents=True, exist_ok=True)
    lock = FileLock(raw / FOLDER / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Fault(
            "another fetch is at work on this archive",
            where=str(raw),
            remedy="Wait for it; the lock goes with its process",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _of_disk(error: OSError, place: Path) -> str:
    return f"{error.filename or place}: {error.strerror}, expected a place to write to. Look at the disk, and who may write there"


class _Fetch:
    """One dataset."""

    def __init__(
        self, contract: Contract, rule: FetchRule, settings: Settings, catalogue: Catalogue, web: Web,
        releases: list[Release], dry_run: bool, progress: Progress,
    ) -> None:  # fmt: skip
        self.contract, self.rule, self.settings, self.catalogue, self.web = contract, rule, settings, catalogue, web
        self.held = [release for release in releases if release.dataset == contract.dataset]
        self.dry_run, self.progress = dry_run, progress
        self.root = settings.raw / FOLDER
        self.limits = downloads.Limits(rule.types, rule.max_bytes)
        self.outcome = FetchOutcome(contract.dataset, rule.proof)

    def go(self) -> FetchOutcome:
        try:
            self.record = Record(self.settings.raw, self.contract.dataset)
            found = listing(self.rule, self._page)
            self.outcome.failures += map(str, found.faults)
            # A file that stands on two pages is that of the first, which is the newer.
            for listed in {one.link.url: one for one in reversed(found.files)}.values():
                self._look(listed)
            if not found.faults and not self.dry_run:
                self._drop_what_is_listed_no_more(found.files)
        except Fault as fault:
            self.outcome.failures.append(str(fault))
        except OSError as error:
            self.outcome.failures.append(_of_disk(error, self.root))
        return self.outcome

    def _page(self, url: str) -> Page:
        self.progress(f"{self.contract.dataset}: looking at {url}")
        found = self.web.page(url, self.rule.hosts)
        return read_page(found.url, found.body, found.charset)

    def _look(self, listed: Listed) -> None:
        try:
            self._file(listed)
        except Fault as fault:
            where = f"{fault.where}, listed on {listed.page}" if listed.page else fault.where
            self.outcome.failures.append(str(Fault(fault.what, where=where, remedy=fault.remedy)))

    def _file(self, listed: Listed) -> None:
        url, name = listed.link.url, downloads.file_name(listed.link.url, listed.rule.name)
        period = self._period(listed, name)
        if listed.rule.fetched_is_period and self._holds_period(listed.rule, period):
            self.outcome.unchanged += 1
            return
        before = self.record.last(url)
        folder = downloads.folder_of(self.root, self.contract.dataset, url)
        held = before is not None and self._holds(listed.rule, before)
        kept = before is not None and not held and (folder / name).is_file()
        known = before if held or kept else None
        if self.dry_run:
            self._say_what_would_come(listed, known)
            return
        self.progress(f"{self.contract.dataset}: asking for {name}")
        got = downloads.download(
            self.web, url, self.rule.hosts, self.limits, folder, name, known, lambda words: self.progress(words)
        )
        if got:
            entry = Entry(
                facts=got.facts, name=name, sha256=got.sha256, size=got.size, page=listed.page,
                published_at=self._published_at(listed, got.facts.last_modified), checked_at=got.facts.fetched_at,
            )  # fmt: skip
            self.record.add(entry)
        else:
            entry = self.record.change(before, checked_at=self.web.clock.stamp())
        if got or kept:
            self._archive(folder / name, listed.rule, entry, period)
        else:
            self.outcome.unchanged += 1

    def _archive(self, path: Path, rule: FileRule, entry: Entry, period: Period | None) -> None:
        """Hands a file to the archive. A refused one is kept, so that it is not downloaded again to be refused again."""
        if self.rule.published_at is not None and not entry.published_at:
            refused, outcomes = [f"{entry.facts.url}: the server does not say when it was last changed"], []
        else:
            provenance = archive.Provenance(
                url=entry.facts.url, published_at=entry.published_at, fetched_at=entry.facts.fetched_at
            )
            outcomes = archive.add(
                [path],
                self.settings,
                self.catalogue,
                dataset=self.contract.dataset,
                period=period,
                provenance=provenance,
            )
            refused = [one.message for one in outcomes if one.status == "refused"]
        self._say(rule, entry, outcomes, refused)
        releases = tuple(one.release_id for one in outcomes if one.release_id)
        self.record.change(entry, releases=releases, refused=" | ".join(refused))
        if not refused:
            shutil.rmtree(path.parent)

    def _say(self, rule: FileRule, entry: Entry, outcomes: list[AddOutcome], refused: list[str]) -> None:
        self.outcome.refused += refused
        self.outcome.new += [one.release_id for one in outcomes if one.status in NEW]
        self.outcome.problems += [problem for one in outcomes for problem in one.problems]
        if not refused and not any(one.status in NEW for one in outcomes):
            self.outcome.unchanged += 1
        lacking = set(rule.tables) - {one.release_id.split("/")[1] for one in outcomes if one.release_id}
        if lacking and not refused:
            self.outcome.failures.append(
                f"{entry.facts.url}: holds no {', '.join(sorted(lacking))}, expected by the contract's fetch block"
            )

    def _holds(self, rule: FileRule, entry: Entry) -> bool:
        """Whether each table of the file is archived from just these bytes."""
        held = {release.table for release in self.held if release.sha256 == entry.sha256}
        return held.issuperset(rule.tables)

    def _holds_period(self, rule: FileRule, period: Period) -> bool:
        held = {release.table for release in self.held if release.period.key == period.key}
        return held.issuperset(rule.tables)

    def _period(self, listed: Listed, name: str) -> Period | None:
        """The period that the file is given on its way into the archive; None where it says so itself."""
        rule = listed.rule
        kind = self.contract.table(rule.tables[0]).period
        if rule.fetched_is_period:
            return periods.containing(self.web.clock.now().astimezone(UTC).date(), kind.type)
        if not rule.period:
            return None
        trail = (listed.link, *reversed(listed.trail))
        pattern = kind.model_copy(update={"name": rule.period})
        for text in (name, *(text for link in trail for text in (link.text, link.readable))):
            period = archive.period_in_name(pattern, text)
            if period is not None and period.type == kind.type:
                return period
        raise Fault(
            f"neither its name nor the links to it say its period, expected {rule.period!r}",
            where=listed.link.url,
            remedy="Mend `period` of the contract's fetch block",
        )

    def _published_at(self, listed: Listed, last_modified: str) -> str:
        if self.rule.published_at != "last_modified":
            return listed.published_at
        moment = http_date(last_modified)
        return moment.isoformat(timespec="seconds") if moment else ""

    def _say_what_would_come(self, listed: Listed, known: Entry | None) -> None:
        def ask() -> str | None:
            with downloads.ask(self.web, listed.link.url, self.rule.hosts, self.limits, known) as answer:
                if answer.status == UNCHANGED:
                    return None
                length = answer.header("content-length")
                return f"{listed.link.url} ({int(length):,} bytes)" if length.isdigit() else listed.link.url

        said = self.web.persist(ask, listed.link.url)
        if said is None:
            self.outcome.unchanged += 1
        else:
            self.outcome.would.append(said)

    def _drop_what_is_listed_no_more(self, files: list[Listed]) -> None:
        """Parts and refused files of addresses that no page leads to any more."""
        wanted = {downloads.folder_of(self.root, self.contract.dataset, one.link.url) for one in files}
        folder = self.root / self.contract.dataset
        for old in folder.iterdir() if folder.is_dir() else ():
            if old not in wanted:
                shutil.rmtree(old)
