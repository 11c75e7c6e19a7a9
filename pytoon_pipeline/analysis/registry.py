"""The analyses of the pipeline. A new one is a subclass of ``Analysis`` that joins this table.

The asset of the same name in ``defs/assets/analysis.py`` takes its name, version, libraries, columns and retention
class from here.
"""

from typing import Any

from pytoon_pipeline.analysis.stages.analysis import Analysis
from pytoon_pipeline.analysis.stages.correction import TranscriptCorrection
from pytoon_pipeline.analysis.stages.detection import FaceDetection, SaliencyDetection, ShotDetection
from pytoon_pipeline.analysis.stages.frame_sampling import FrameSampling
from pytoon_pipeline.analysis.stages.media_probe import MediaProbe
from pytoon_pipeline.analysis.stages.silence_detection import SilenceDetection
from pytoon_pipeline.analysis.stages.transcription import Transcription
from pytoon_pipeline.store.items import item_stage

ANALYSES: tuple[type[Analysis[Any]], ...] = (
    MediaProbe, Transcription, TranscriptCorrection, SilenceDetection, FrameSampling, FaceDetection, SaliencyDetection,
    ShotDetection,
)  # fmt: skip
STAGES = tuple(stage for analysis in ANALYSES for stage in (analysis.stage, item_stage(analysis.stage)))
