"""The one sequence of a run: archive -> bronze -> gate 1 -> marts -> disclosure -> gate 2 -> edition.

The command line and Dagster both call `run`. Readers only ever see a whole, passed edition; a run that fails leaves
the last good one in place.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipeline import duck
from pipeline.catalogue.contract import Contract, Table
from pipeline.catalogue.load import Catalogue, catalogue, table_digest
from pipeline.errors import EXIT_DONE, EXIT_GATE_FAILED, EXIT_PARTLY_REFUSED, Fault
from pipeline.gate import contract_checks, dbt_checks, disclosure_checks, edition_checks, privacy_checks, suites
from pipeline.gate.ledger import Check, Ledger, read_checks
from pipeline.ingest import archive
from pipeline.ingest.archive import Release
from pipeline.ingest.read import Bronze, bronze_columns
from pipeline.ingest.resolve import Use, known_at, resolve
from pipeline.publish import commitment
from pipeline.publish import edition as publishing
from pipeline.publish.context import CheckLine, DatasetLine, EditionContext
from pipeline.publish.current import current_id
from pipeline.publish.disclosure import write_masks
from pipeline.publish.tables import JUDGED_SCHEMAS, PublishedTable, internal_keys, published_tables
from pipeline.run import record as records
from pipeline.run.fingerprint import code_digest, fingerprint, git_state
from pipeline.settings import LOCK_FILE, Settings
from pipeline.transform import build
from pipeline.transform.dbt import Dbt
from pipeline.transform.idle import idle_nodes

Progress = Callable[[str], None]
CADENCE_MONTHS = {"monthly": 1, "quarterly": 3, "annual": 12}


@dataclass
class RunOutcome:
    """How a run ended. `status` is the process's exit status; `tables` are the edition's, where one was made."""

    status: int
    outcome: str
    message: str
    run_id: str = ""
    edition_id: str = ""
    folder: Path | None = None
    ledger: Ledger | None = None
    tables: list[publishing.WrittenTable] = field(default_factory=list)
    steps: dict[str, float] = field(default_factory=dict)
    held: list[str] = field(default_factory=list)


@contextmanager
def exclusive(settings: Settings, progress: Progress):
    """One run at a time for an output folder: a second one waits, says so, and gives up loudly after a while."""
    from filelock import FileLock, Timeout

    settings.work.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.work / "run.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress(f"another run is using {settings.out}: waiting for it to end")
        try:
            lock.acquire(timeout=settings.lock_wait_seconds)
        except Timeout as error:
            raise Fault(
                f"another run has been using it for over {settings.lock_wait_seconds} s",
                where=str(settings.out),
                remedy="Wait for it, or end it; the lock goes with its process",
            ) from error
    try:
        yield
    finally:
        lock.release()


def run(
    settings: Settings, *, as_of: str | None = None, full: bool = False, trigger: str = "command line",
    progress: Progress = lambda _: None,
) -> RunOutcome:  # fmt: skip
    """Makes an edition of what the archive holds, or says that nothing changed.

    `as_of` (ISO instant) uses only what the archive held then and leaves the current edition current; `full` runs even
    where nothing changed. Raises Fault for what a person must mend first; a gate that blocks is an outcome, not an
    exception.
    """
    with exclusive(settings, progress):
        mark = fingerprint(settings, as_of)
        if not full:
            unchanged = _unchanged(settings, mark, as_of)
            if unchanged:
                return unchanged
        died = records.sweep(settings)
        for run_id in died:
            progress(f"run {run_id} had died; what it left was removed")
        record = records.start(settings, mark, as_of, git_state(), trigger)
        try:
            return _Run(settings, record, as_of, progress).go()
        except Fault as fault:
            record.finish(settings, "error", str(fault))
            raise
        except BaseException as error:
            record.finish(settings, "error", f"{type(error).__name__}: {error}"[:500])
            raise


def _unchanged(settings: Settings, mark: str, as_of: str | None) -> RunOutcome | None:
    last = records.last_finished(settings, as_of or "")
    if last is None or last.fingerprint != mark or last.outcome == "error":
        return None
    if last.outcome == "blocked":
        message = f"nothing changed since run {last.run_id}, which the gate blocked: {last.message}"
        return RunOutcome(EXIT_GATE_FAILED, "blocked", message, run_id=last.run_id)
    folder = settings.editions / last.edition_id
    stands = as_of is not None or current_id(settings) == last.edition_id
    if not stands or not (folder / "open" / "manifest.json").is_file():
        return None
    held = f" ({len(last.held)} release held back)" if last.held else ""
    return RunOutcome(
        EXIT_PARTLY_REFUSED if last.held else EXIT_DONE, "unchanged", f"nothing changed since run {last.run_id}{held}",
        run_id=last.run_id, edition_id=last.edition_id, folder=folder, held=list(last.held),
    )  # fmt: skip


class _Run:
    """The steps of one run, in the order of `go`. Each step leaves what the next one needs on `self`."""

    def __init__(self, settings: Settings, record: records.RunRecord, as_of: str | None, progress: Progress) -> None:
        self.settings, self.record, self.as_of, self.progress = settings, record, as_of, progress
        self.catalogue: Catalogue = catalogue()
        self.ledger = Ledger()
        # One name for every run: the lock admits one at a time.
        self.build_folder = settings.work / "build"
        self.build_db = self.build_folder / build.BUILD_DB
        self.known: list[Release] = []
        self.bronze: dict[str, Bronze] = {}
        self.uses: list[Use] = []
        self.held: list[str] = []
        self.models: dict[str, dict] = {}
        self.results_id = ""
        self.masked: dict[str, int] = {}

    def go(self) -> RunOutcome:
        try:
            with self._step("ingest", "reading the archive"):
                self._ingest()
            with self._step("gate 1", "checking the releases that count"):
                self._audit_releases()
            if self.ledger.blocking:
                return self._blocked()
            with self._step("build", "building the marts"):
                tables = self._build()
            if self.ledger.blocking:
                return self._blocked()
            with self._step("gate 2", "checking the edition"):
                self._audit_edition(tables)
            if self.ledger.blocking:
                return self._blocked()
            return self._publish(tables)
        finally:
            shutil.rmtree(self.build_folder, ignore_errors=True)

    @contextmanager
    def _step(self, name: str, words: str):
        self.progress(words)
        with self.record.step(name):
            yield

    # --- ingest ------------------------------------------------------------------------------------------------

    def _ingest(self) -> None:
        self.known = known_at(archive.releases(self.settings.raw), self.as_of)
        if not self.known:
            raise Fault(
                "the archive holds no release" + (f" as of {self.as_of}" if self.as_of else ""),
                where=str(self.settings.raw),
                remedy="Add files with `ics-marts add PATH`",
            )
        _refuse_mixed_origins(self.known)
        for release in self.known:
            self.bronze[release.release_id] = archive.bronze_of(release, self.settings, self.catalogue)
        self._resolve(exclude=set())

    def _resolve(self, exclude: set[str]) -> None:
        pool = [release for release in self.known if release.release_id not in exclude]
        held_periods = {release_id: one.report.data_periods for release_id, one in self.bronze.items()}
        self.uses = resolve(pool, self.catalogue, held_periods)

    # --- gate 1: the releases that count -----------------------------------------------------------------------

    def _audit_releases(self) -> None:
        """Checks every release that counts; holds back what a contract says to hold, and checks its replacement."""
        evidence = _Evidence.of(self.settings)
        excluded: set[str] = set()
        checked: set[str] = set()
        while True:
            new = [use.release for use in self.uses if use.release.release_id not in checked]
            if not new:
                break
            self._check_releases(new, evidence)
            checked.update(release.release_id for release in new)
            to_hold = [release for release in new if self._must_hold(release)]
            if not to_hold:
                break
            for release in to_hold:
                failed = [check for check in self.ledger.for_scope(release.release_id) if check.blocks]
                self.held.append(f"{release.release_id}: {failed[0].message}")
                self.ledger.hold(release.release_id)
                excluded.add(release.release_id)
            self._resolve(excluded)

    def _contract(self, release: Release) -> tuple[Contract, Table]:
        contract = self.catalogue.contracts[release.dataset]
        return contract, contract.table(release.table)

    def _must_hold(self, release: Release) -> bool:
        """Whether a release failed and its contract says to go on with an earlier one, of which there is one."""
        contract, _ = self._contract(release)
        if contract.on_failure != "hold" or not any(c.blocks for c in self.ledger.for_scope(release.release_id)):
            return False
        return any(
            (other.dataset, other.table, other.part) == (release.dataset, release.table, release.part)
            and other.release_id != release.release_id
            and not any(check.scope == other.release_id for check in self.ledger.held)
            for other in self.known
        )

    def _check_releases(self, releases: list[Release], evidence: _Evidence) -> None:
        to_run: list[tuple[Release, tuple[suites.Rule, ...]]] = []
        for release in releases:
            contract, table = self._contract(release)
            report = self.bronze[release.release_id].report
            self.ledger.plan(contract_checks.planned(contract, table, release, report))
            contract_checks.execute(self.ledger, contract, table, release, report)
            suite = suites.load_suite(release.dataset)
            rules = suite.for_table(release.table)
            self.ledger.plan(suites.planned(rules, release.release_id))
            audited = f"{table_digest(table)} {suite.digest}"
            self.record.audited[release.release_id] = audited
            if not evidence.carry(self.ledger, rules, release.release_id, audited):
                to_run.append((release, rules))
        if to_run:
            self._run_suites(to_run)

    def _run_suites(self, to_run: list[tuple[Release, tuple[suites.Rule, ...]]]) -> None:
        con = duck.connect(threads=self.settings.threads)
        try:
            con.execute("create schema release")
            validator = suites.Validator(con)
            for number, (release, rules) in enumerate(to_run):
                columns = bronze_columns(self._contract(release)[1])
                con.execute(f"create view release.r{number} as {self.bronze[release.release_id].select(columns)}")
                self.progress(f"checking {release.release_id}")
                validator.execute(
                    self.ledger, rules, release.release_id, "release", f"r{number}", ["member", "source_row"]
                )
        finally:
            con.close()

    # --- the marts ---------------------------------------------------------------------------------------------

    def _build(self) -> list[PublishedTable]:
        self.build_folder.mkdir(parents=True, exist_ok=True)
        build.prepare(self.build_db, self.catalogue, self.known, self.uses, self.bronze, threads=self.settings.threads)
        dbt = Dbt(self.build_db, self.settings.work / "dbt")
        manifest = dbt.parse()
        idle = idle_nodes(manifest, {f"{use.release.dataset}__{use.release.table}" for use in self.uses})
        self.ledger.plan(dbt_checks.planned(manifest, idle))
        dbt_checks.execute(self.ledger, manifest, dbt.build("internal", idle))
        if any(check.blocks and check.outcome != "not_run" for check in self.ledger.for_scope(dbt_checks.SCOPE)):
            return []  # what depends on it was not built; the gate says so
        con = duck.connect(self.build_db, threads=self.settings.threads)
        try:
            self.masked = write_masks(con, internal_keys(manifest), self.catalogue)
        finally:
            con.close()
        dbt_checks.execute(self.ledger, manifest, dbt.build("open", idle))
        self.models = dbt.models(idle)
        return published_tables(manifest)

    # --- gate 2: the edition -----------------------------------------------------------------------------------

    def _audit_edition(self, tables: list[PublishedTable]) -> None:
        last = self.settings.editions / (current_id(self.settings) or "none")
        self.ledger.plan(edition_checks.planned())
        self.ledger.plan(privacy_checks.planned())
        self.ledger.plan(disclosure_checks.planned())
        con = duck.connect(self.build_db, threads=self.settings.threads)
        try:
            edition_checks.execute(self.ledger, con, tables, last if last.is_dir() else None)
            privacy_checks.execute(self.ledger, con, tables, self._of_people())
            disclosure_checks.execute(self.ledger, con, self.catalogue, last if last.is_dir() else None)
            validator = suites.Validator(con)
            for table in tables:
                if table.schema not in JUDGED_SCHEMAS or table.is_view:
                    continue
                rules = suites.load_suite(f"marts_{table.name}").for_table(table.name)
                scope = f"{table.part}.{table.name}"
                self.ledger.plan(suites.planned(rules, scope))
                validator.execute(self.ledger, rules, scope, table.build_schema, table.name, list(table.key))
        finally:
            con.close()

    def _of_people(self) -> list[Bronze]:
        return [
            self.bronze[release.release_id] for release in self.known if self._contract(release)[0].person_level is True
        ]

    # --- publish -----------------------------------------------------------------------------------------------

    def _publish(self, tables: list[PublishedTable]) -> RunOutcome:
        aside = self.settings.work / f"edition-{self.record.run_id}"
        with self._step("publish", "writing the edition"):
            written, identity = self._write(aside, tables)
            gate_json = self.ledger.to_json()
            (self.record.folder(self.settings) / "gate.json").write_text(gate_json, "utf-8")
            folder = publishing.place(aside, self.settings.editions, identity)
            # What would have been made with what was known then answers a question; readers keep the current edition.
            if self.as_of is None:
                publishing.swap(self.settings.current_json, identity, folder, self.record.run_id)
                publishing.deliver(folder, self.settings.latest_dir)
            publishing.prune(self.settings.editions, self.settings.keep_editions, {identity, current_id(self.settings)})
        self.record.edition_id, self.record.held = identity, self.held
        self.record.releases = [use.release.release_id for use in self.uses]
        outcome = "held" if self.held else "passed"
        message = f"edition {identity}" + (f" as of {self.as_of}" if self.as_of else "")
        message += f", {len(self.held)} release held back" if self.held else ""
        self.record.finish(self.settings, outcome, message)
        return RunOutcome(
            EXIT_PARTLY_REFUSED if self.held else EXIT_DONE, outcome, message, self.record.run_id, identity, folder,
            self.ledger, written, dict(self.record.steps), list(self.held),
        )  # fmt: skip

    def _write(self, aside: Path, tables: list[PublishedTable]) -> tuple[list[publishing.WrittenTable], str]:
        from pipeline.publish.page import write_page
        from pipeline.publish.workbook import write_workbook

        con = duck.connect(self.build_db, threads=self.settings.threads)
        try:
            written = self._write_tables(con, tables, aside)
            self.results_id = publishing.results_id(written, self._commitment_key())
            identity = publishing.edition_id(self.results_id, code_digest(), self.settings.that_matter())
            opened = {one.table.name for one in written if one.table.part == "open"}
            masked = [
                one.table
                for one in written
                if one.table.part == "internal" and (self.masked[one.table.name] or one.table.name not in opened)
            ]
            publishing.write_database(written, aside, threads=self.settings.threads)
            publishing.write_internal_database(masked, aside, threads=self.settings.threads)
            for part in ("open", "internal"):
                mine = [one for one in written if one.table.part == part]
                folder = aside / part
                publishing.write_dictionary([one.table for one in mine], folder)
                if part == "open":
                    publishing.write_csvs(con, folder, [one.table for one in mine])
                    context = self._context(part, identity)
                    write_page(con, context, folder / "index.html")
                    write_workbook(con, context, folder / "ics-marts.xlsx")
                    self._write_models(folder)
                gate_json = self.ledger.to_json(self._as_open) if part == "open" else self.ledger.to_json()
                (folder / "gate.json").write_text(gate_json, "utf-8")
                manifest = publishing.manifest(part, identity, written, folder, self._facts(part))
                publishing.write_json(folder / "manifest.json", manifest)
        finally:
            con.close()
        return written, identity

    def _commitment_key(self) -> bytes:
        """What internal results are committed to with: a secret where extracts of real organisations are in them."""
        secret = any(
            use.release.origin != "synthetic"
            and self.catalogue.contracts[use.release.dataset].kind != "publication"
            # Figures taken from a document that is out already are no secret.
            and not use.release.citation
            for use in self.uses
        )
        return commitment.key(self.settings.out) if secret else commitment.NOTHING_TO_KEEP

    def _write_tables(self, con, tables: list[PublishedTable], aside: Path) -> list[publishing.WrittenTable]:
        opened = {
            table.name: publishing.write_parquet(con, table, aside / "open") for table in tables if table.part == "open"
        }
        internal = [
            publishing.write_parquet(con, table, aside / "internal")
            if self.masked[table.name] or table.name not in opened
            else publishing.write_unmasked(opened[table.name], table, aside)
            for table in tables
            if table.part == "internal"
        ]
        return [*opened.values(), *internal]

    def _write_models(self, folder: Path) -> None:
        """The SQL of every model and which builds on which travel with the edition: `trace` needs no repository."""
        (folder / "sql").mkdir(parents=True, exist_ok=True)
        for model in self.models.values():
            (folder / "sql" / f"{model['name']}.sql").write_text(model.pop("sql"), "utf-8")
        publishing.write_json(folder / "lineage.json", self.models)

    def _facts(self, part: str) -> dict:
        return {
            "results_id": self.results_id,
            "synthetic": self._synthetic(),
            "home": self.settings.ics,
            "as_of": self.as_of or "",
            "inputs": [
                {
                    "release_id": use.release.release_id, "sha256": use.release.sha256, "origin": use.release.origin,
                    "file": use.release.file, "original_name": use.release.original_name,
                    "counts_for": list(use.data_periods) if use.data_periods is not None else "all its rows",
                }
                for use in self.uses
            ],
            "held": self.held if part == "internal" else self._held_as_open(),
            "code": {
                "digest": code_digest(), **self.record.git,
                "lock_sha256": publishing.sha256_of(LOCK_FILE) if LOCK_FILE.is_file() else "",
                "versions": self.record.versions,
            },
            "gate": {"verdict": self.ledger.verdict(), **self.ledger.summary()},
        }  # fmt: skip

    def _as_open(self, check: Check) -> Check:
        """A check as the open part shows it: rows of extracts and of internal tables may be people, so they are not counted there."""
        dataset = check.scope.split("/")[0]
        contract = self.catalogue.contracts.get(dataset) if "/" in check.scope else None
        is_open = contract.kind == "publication" if contract else not check.scope.startswith("internal.")
        return check if is_open else check.without_counts()

    def _held_as_open(self) -> list[str]:
        """What was held back, without the counts of rows that a message gives where these may be people."""
        told = []
        for line in self.held:
            release_id, _, _ = line.partition(": ")
            tables = self.catalogue.contracts[release_id.split("/")[0]].tables
            told.append(line if all(table.disclosure == "none" for table in tables) else release_id)
        return told

    def _synthetic(self) -> bool:
        return any(use.release.origin == "synthetic" for use in self.uses)

    def _context(self, part: str, identity: str) -> EditionContext:
        return EditionContext(
            edition_id=identity, part=part, home_code=self.settings.ics, synthetic=self._synthetic(),
            code_digest=code_digest()[:12], checks=tuple(_check_line(self._as_open(check)) for check in self.ledger.checks),
            datasets=tuple(self._dataset_lines()), held=tuple(self._held_as_open()),
        )  # fmt: skip

    def _dataset_lines(self):
        for contract in self.catalogue.contracts.values():
            ends = [use.release.period_end for use in self.uses if use.release.dataset == contract.dataset]
            if ends:
                yield dataset_line(contract, max(ends))

    def _blocked(self) -> RunOutcome:
        blocking = self.ledger.blocking
        (self.record.folder(self.settings) / "gate.json").write_text(self.ledger.to_json(), "utf-8")
        first = _first_cause(blocking)
        more = f" (and {len(blocking) - 1} more checks)" if len(blocking) > 1 else ""
        message = f"{first.check_id} {first.outcome}: {first.message or first.why}{more}"
        self.record.finish(self.settings, "blocked", message)
        return RunOutcome(
            EXIT_GATE_FAILED, "blocked", message, self.record.run_id, ledger=self.ledger, steps=dict(self.record.steps),
            held=list(self.held),
        )  # fmt: skip


def _refuse_mixed_origins(known: list[Release]) -> None:
    """A synthetic release must not stand in for a real one, nor beside it: the newer would supersede the other."""
    origins: dict[tuple[str, str], dict[str, str]] = {}
    for release in known:
        origins.setdefault((release.dataset, release.table), {})[release.origin] = release.file
    for (dataset, table), files in origins.items():
        if len(files) > 1:
            raise Fault(
                f"the archive holds both synthetic and real releases of {dataset}/{table}",
                where=files["synthetic"],
                remedy="Take the synthetic ones out, or keep them in an archive of their own (--raw)",
            )


def _first_cause(blocking: list[Check]) -> Check:
    """What to show first: a failure or an error explains itself, a check that did not run is its consequence."""
    order = {"failed": 0, "errored": 1, "not_run": 2}
    return min(blocking, key=lambda check: order[check.outcome])


def _check_line(check: Check) -> CheckLine:
    return CheckLine(
        check.rule_id, check.scope, check.kind, check.severity, check.dimension, check.outcome, check.why, check.message,
        check.rows_checked, check.rows_failed,
    )  # fmt: skip


def dataset_line(contract: Contract, latest_end: str) -> DatasetLine:
    """What is held of a dataset and when the next release is due, from its cadence and lag; no clock is read."""
    step = CADENCE_MONTHS.get(contract.cadence)
    next_period = next_due = ""
    if step:
        end = date.fromisoformat(latest_end)
        months = end.year * 12 + end.month - 1 + step
        first_after = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
        next_end = first_after - timedelta(days=1)
        next_period, next_due = next_end.isoformat(), (next_end + timedelta(days=contract.lag_days)).isoformat()
    return DatasetLine(
        contract.dataset, contract.title, contract.publisher, contract.licence, contract.landing_page, contract.cadence,
        latest_end, next_period, next_due,
    )  # fmt: skip


@dataclass(frozen=True)
class _Evidence:
    """Outcomes of suite rules from the last good run, for releases that were audited then by the same rules."""

    run_id: str
    audited: dict[str, str]
    checks: dict[str, Check]

    @classmethod
    def of(cls, settings: Settings) -> _Evidence:
        last = records.last_good(settings)
        path = last.folder(settings) / "gate.json" if last else None
        if last is None or path is None or not path.is_file():
            return cls("", {}, {})
        checks = {
            check.check_id: check for check in read_checks(path.read_text("utf-8")) if check.kind == "expectation"
        }
        return cls(last.run_id, last.audited, checks)

    def carry(self, ledger: Ledger, rules: tuple[suites.Rule, ...], scope: str, audited: str) -> bool:
        """Records the earlier outcomes of all `rules` on an unchanged release; False where they must run."""
        earlier = [self.checks.get(f"{rule.rule_id} @ {scope}") for rule in rules]
        if self.audited.get(scope) != audited or any(one is None or one.blocks for one in earlier):
            return False
        for one in earlier:
            ledger.record(
                one.rule_id, scope, one.outcome, message=one.message, rows_checked=one.rows_checked,
                rows_failed=one.rows_failed, row_ids=one.row_ids, evidence_run=one.evidence_run or self.run_id,
            )  # fmt: skip
        return True


def instant(text: str) -> str:
    """An ISO instant or day as the archive writes instants (UTC, seconds). A day means its end."""
    try:
        if len(text) == 10:
            return f"{date.fromisoformat(text).isoformat()}T23:59:59+00:00"
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Fault(
            f"{text!r} is not an instant", where="--as-of", remedy="Write 2026-03-31 or 2026-03-31T18:00+00:00"
        ) from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="seconds")
