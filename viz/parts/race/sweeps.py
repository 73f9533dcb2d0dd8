"""Sweeps in the background: one at a time for the whole server, each measured in a process of its own.

Worth knowing: the process of its own is what makes the numbers honest and the stop certain. Nobody else's page holds its
interpreter up, a crash takes nothing with it but itself, and all its memory goes back when it ends. It prints one JSON record a
line; what it has printed is kept whatever happens to it.
"""

import json
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[3]
ABANDONED_SECONDS = 20  # without anybody looking, after which a sweep makes room for the next


@dataclass(eq=False)
class Job:
    """One sweep. state: "waiting", "running", "done", "stopped", "abandoned" or "failed"; records: what it printed so far."""

    command: tuple[str, ...]
    state: str = "waiting"
    records: list[dict] = field(default_factory=list)
    message: str = ""  # of a sweep that failed
    looked_at: float = field(default_factory=time.monotonic)
    process: subprocess.Popen | None = None

    @property
    def over(self) -> bool:
        return self.state not in ("waiting", "running")


class Sweeps:
    """The queue. One thread takes the jobs in turn; pages ask and never wait."""

    def __init__(self):
        self.jobs: deque[Job] = deque()
        self.changed = threading.Condition()
        threading.Thread(target=self.work, name="sweeps", daemon=True).start()

    def start(self, *command: str) -> Job:
        """Puts `python command…` at the end of the queue."""
        job = Job(command)
        with self.changed:
            self.jobs.append(job)
            self.changed.notify()
        return job

    def before(self, job: Job) -> int:
        """How many sweeps come first."""
        job.looked_at = time.monotonic()
        with self.changed:
            return self.jobs.index(job) if job in self.jobs else 0

    def stop(self, job: Job, state: str = "stopped") -> None:
        """Ends a sweep, begun or not; what it measured is kept."""
        with self.changed:
            if job.over:
                return
            job.state = state
            if job.process:
                job.process.terminate()

    def work(self) -> None:
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.jobs)
                job = self.jobs[0]
            self.run(job)
            with self.changed:
                self.jobs.popleft()

    def run(self, job: Job) -> None:
        with self.changed:
            if job.over:
                return
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
            job.process = subprocess.Popen([sys.executable, *job.command], cwd=ROOT, **pipes)
            job.state = "running"
        complaints: list[str] = []
        listener = threading.Thread(target=lambda: complaints.extend(job.process.stderr), daemon=True)
        watcher = threading.Thread(target=self.watch, args=(job,), daemon=True)
        for thread in (listener, watcher):
            thread.start()
        for line in job.process.stdout:
            job.records.append(json.loads(line))
        code = job.process.wait()
        listener.join()
        with self.changed:
            if not job.over:
                job.state = "failed" if code else "done"
                job.message = complaints[-1].strip() if code and complaints else ""

    def watch(self, job: Job) -> None:
        """Stops a sweep whose page was closed."""
        while job.process.poll() is None:
            if time.monotonic() - job.looked_at > ABANDONED_SECONDS:
                self.stop(job, "abandoned")
            time.sleep(0.2)
