"""The jobs of workers: what each lane's job does, and the jobs that run once for all of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.alerts.sending.lanes import LaneSender
from bot.feeds.polling.host_polls import HostPolls
from bot.runtime.jobs import Job, JobPlace, list_jobs_without_polls
from bot.runtime.wiring.basics import read_clock
from bot.runtime.wiring.services import Services
from bot.runtime.workers.engine import LaneJobs
from bot.store.message_lanes import MessageLanes

SWEEP_S = 1.0
SWEEP_ALL_S = 10.0
SWEPT = timedelta(seconds=60)
"""How far back the sweep of each second looks. The other sweep finds the rest."""
_REFRESH_S = 10.0
_READ_STATES_S = 60.0
_FORGET_S = 60.0
_ON_THE_HOUR_S = 3600.0


def build_host_polls(services: Services) -> HostPolls:
    """Polls hosts with the parts of the services."""
    scheduler, poller = services.scheduler, services.poller
    return HostPolls(
        scheduler.list_feeds,
        services.store.feeds,
        lambda feed, now, state: scheduler.poll(feed, now, None, state),
        poller.restore_pauses,
        read_clock,
        poller.limits.polls_per_host,
    )


def build_lane_jobs(services: Services, polls: HostPolls, lanes: MessageLanes) -> LaneJobs:
    """The jobs of lanes."""
    drain = LaneSender(services.dispatcher, lanes).drain
    return LaneJobs(drain, polls.poll_host, lanes.take_over, lanes.find_silent)


def list_periodic_jobs(services: Services, polls: HostPolls, lanes: MessageLanes) -> Sequence[Job]:
    """The jobs that one of the workers runs at a time."""

    async def sweep_hosts() -> None:
        await lanes.add_hosts(await polls.find_due_hosts())

    async def sweep_messages() -> None:
        now = read_clock()
        await lanes.sweep(now, services.dispatcher.workspaces.closed, since=now - SWEPT)

    async def sweep_all_messages() -> None:
        await lanes.sweep(read_clock(), services.dispatcher.workspaces.closed)

    return [
        Job("sweep hosts", sweep_hosts, SWEEP_S),
        Job("sweep messages", sweep_messages, SWEEP_S),
        Job("sweep all messages", sweep_all_messages, SWEEP_ALL_S),
        *(
            _prepare(services, each)
            for each in list_jobs_without_polls(services)
            if each.place is JobPlace.ONE_WORKER
        ),
    ]


def _list_reads(services: Services) -> list[Job]:
    """The jobs that read what another process may have changed."""
    return [
        Job("read approved rates", services.decisions.look, _REFRESH_S),
        Job("read the states of feeds", services.scheduler.refresh, _READ_STATES_S),
    ]


def list_web_jobs(services: Services) -> Sequence[Job]:
    """The jobs of the web process."""
    own = (each for each in list_jobs_without_polls(services) if each.place is JobPlace.WEB)
    return [*_list_reads(services), *(_prepare(services, each) for each in own)]


def list_worker_jobs(services: Services) -> Sequence[Job]:
    """The jobs that each worker runs for itself."""
    jobs = _list_reads(services)
    if services.settings.serves_many:
        jobs.append(Job("forget removed workspaces", services.forget_removed, _FORGET_S))
    if services.hubs is not None:
        jobs.append(Job("read hub subscriptions", services.hubs.open, _REFRESH_S))
    return jobs


def _prepare(services: Services, job: Job) -> Job:
    """The job, which first reads what another process may have changed."""
    if services.journal is not None and job.run == services.journal.look:
        # In one process it runs often, and remembers when it has read the journal.
        job = replace(job, every_s=_ON_THE_HOUR_S)
    if not job.reads_states and not job.reads_ledger:
        return job
    # Reading the states of 20,000 feeds takes a second, so frequent jobs do not each read them.
    max_age = timedelta(seconds=_READ_STATES_S if job.every_s < _READ_STATES_S else 0)

    async def run() -> None:
        if job.reads_states:
            await services.scheduler.refresh(max_age)
        if job.reads_ledger:
            # This process may have run the job last with a ledger that is older than the one with
            # which another worker ran it since.
            await services.decisions.look()
        await job.run()

    return replace(job, run=run)
