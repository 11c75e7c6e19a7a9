"""The SQL of the KPIs, over the table ``lines``."""

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
        AS outcome
    FROM lines WHERE event IN ('failed', 'delivered', 'held')
    QUALIFY row_number() OVER (PARTITION BY video, {span} ORDER BY time DESC, nth DESC) = 1
)
SELECT span, count(*) FILTER (outcome = 'completed') AS completed, count(*) FILTER (outcome = 'degraded') AS degraded,
    count(*) FILTER (outcome = 'failed') AS failed
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
