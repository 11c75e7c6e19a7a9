"""The SQL of the KPIs, over the table ``lines``."""

from pytoon_pipeline.runtime.share import GPU_WORK

# An empty table adds columns that old files lack. A line without key and run counts as a video and a run of its own.
LINES = """
CREATE TEMP TABLE lines AS
SELECT *, coalesce(key, run, 'line ' || nth) AS video, coalesce(run, key, 'line ' || nth) AS run_or_line
FROM (SELECT *, row_number() OVER () AS nth FROM ({files}))
"""
FILES = "SELECT * FROM empty UNION ALL BY NAME SELECT * FROM read_parquet(?, union_by_name = true)"

# The state of each video at the end of each ``span``.
ENDS = """
WITH ends AS (
    SELECT {span} AS span, CASE WHEN event <> 'delivered' THEN event WHEN degraded THEN 'degraded' ELSE 'completed' END
        AS outcome, score
    FROM lines WHERE event IN ('failed', 'delivered', 'held')
    QUALIFY row_number() OVER (PARTITION BY video, {span} ORDER BY time DESC, nth DESC) = 1
)
SELECT span, count(*) FILTER (outcome = 'completed') AS completed, count(*) FILTER (outcome = 'degraded') AS degraded,
    count(*) FILTER (outcome = 'failed') AS failed, avg(score) AS mean_score
FROM ends GROUP BY span ORDER BY span
"""

ATTEMPTS = """
WITH videos AS (
    SELECT max(coalesce(attempt, 1)) AS attempts,
        arg_min(verdict <> 'fail', (time, nth)) FILTER (coalesce(attempt, 1) = 1) AS passed
    FROM lines WHERE event = 'attempt' GROUP BY video
)
SELECT avg(passed::INT) AS first_attempt_pass_rate, avg(attempts) AS attempts_per_video FROM videos
"""

ENGINES = """
WITH runs AS (SELECT bool_or(engine <> 'local') AS fallback FROM lines WHERE engine IS NOT NULL GROUP BY run_or_line)
SELECT avg(fallback::INT) AS fallback_rate FROM runs
"""

STAGES = """
SELECT CASE WHEN event = 'segment' THEN 'segment' ELSE stage END AS name,
    count(*) FILTER (status = 'computed') AS computed, count(*) FILTER (status = 'cached') AS cached,
    cached / (computed + cached) AS hit_rate,
    quantile_cont(seconds, 0.5) FILTER (status = 'computed') AS median_seconds,
    quantile_cont(seconds, 0.95) FILTER (status = 'computed') AS p95_seconds,
    coalesce(sum(bytes) FILTER (status = 'computed'), 0)::BIGINT AS bytes
FROM lines WHERE event IN ('stage', 'segment') AND status IN ('computed', 'cached') AND name IS NOT NULL
GROUP BY name ORDER BY min(time), min(nth)
"""

BYTES = """
SELECT coalesce(sum(bytes), 0)::BIGINT AS bytes_written FROM lines WHERE event = 'stage' AND status = 'computed'
"""

FAILURES = """
SELECT category, code, count(*) AS count FROM lines WHERE event = 'failed'
GROUP BY category, code ORDER BY count DESC, category, code
"""

# A run that delivered a video: from the start of its first stage to its last line. It is warm when the store had the
# result of any stage. A run waited from the time when its video became pending to its first line after that.
RUNS = """
WITH runs AS (
    SELECT run_or_line, max(archetype) AS archetype,
        epoch(max(time)) - min(epoch(time) - coalesce(seconds, 0)) FILTER (event = 'stage') AS seconds,
        coalesce(bool_or(status = 'cached') FILTER (event = 'stage'), false) AS warm,
        max(video_seconds) AS video_seconds, max(memory_mb) AS memory_mb,
        arg_max(score, (time, nth)) FILTER (event IN ('delivered', 'held')) AS score,
        bool_or(degraded) AS degraded
    FROM lines GROUP BY run_or_line HAVING bool_or(event IN ('delivered', 'held')) AND bool_or(event = 'stage')
)
"""

MAKING = (
    RUNS
    + """
SELECT median(seconds) FILTER (NOT warm) AS cold_seconds, median(seconds) FILTER (warm) AS warm_seconds,
    max(memory_mb) AS peak_memory_mb
FROM runs
"""
)

ARCHETYPES = (
    RUNS
    + """
SELECT archetype, count(*) AS runs, count(*) FILTER (degraded) AS degraded, median(score) AS median_score,
    median(seconds) AS median_seconds, median(video_seconds) AS median_video_seconds
FROM runs WHERE archetype IS NOT NULL GROUP BY archetype ORDER BY runs DESC, archetype
"""
)

QUEUE = """
WITH waits AS (
    SELECT min(epoch(work.time) - coalesce(work.seconds, 0)) - finished.pending_since AS seconds
    FROM lines AS finished JOIN lines AS work
        ON work.key = finished.key AND work.event = 'stage' AND epoch(work.time) >= finished.pending_since
    WHERE finished.pending_since IS NOT NULL AND finished.event IN ('delivered', 'held')
    GROUP BY finished.nth, finished.pending_since
)
SELECT quantile_cont(greatest(seconds, 0), 0.5) AS queue_median_seconds,
    quantile_cont(greatest(seconds, 0), 0.95) AS queue_p95_seconds
FROM waits
"""

# The time of all runs, also of those that delivered nothing: that is what a video costs.
WORK = """
WITH runs AS (
    SELECT epoch(max(time)) - min(epoch(time) - coalesce(seconds, 0)) AS seconds
    FROM lines WHERE run IS NOT NULL GROUP BY run HAVING bool_or(event = 'stage')
)
SELECT coalesce(sum(seconds), 0) AS run_seconds FROM runs
"""

CACHED = """
SELECT coalesce(sum(bytes), 0)::BIGINT AS bytes_reused FROM lines WHERE event = 'stage' AND status = 'cached'
"""

# Stages that a GPU has computed, and the waits for its memory.
GPU = f"""
SELECT count(*) FILTER (event = 'stage' AND status = 'computed' AND device LIKE 'cuda%') AS gpu_results,
    count(*) FILTER (event = 'waited' AND work = '{GPU_WORK}') AS gpu_waits,
    coalesce(sum(seconds) FILTER (event = 'waited' AND work = '{GPU_WORK}'), 0) AS gpu_wait_seconds
FROM lines
"""
