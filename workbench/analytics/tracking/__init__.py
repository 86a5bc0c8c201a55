"""Are we on course, and what must change now?

period    the fiscal period that is watched
steps     all of it as the notebook asks for it
goals     its targets, by node and month
course    where it and each of its nodes will land · course_parts its sections · course_tables, course_told
landing   how the period ends: tempo (usual days), rest (ways to reckon what is to come), learning, pipeline
tested    how such landings did before · grain the shortest periods that the data tell
alerts    what is off now, since when, how sure that is and who acts; the rules and how often they err
milestones  who has come how far
stretch   the days that are over and those compared · truth_tables rules of thumb on leads, wins, triggers, milestones
diagnosis   which factor is off, for the whole, each part and each week · chains the factors and their noise · weekly
coaching  who needs help with what · pushes sprint and slack
triggers  what calls for another look at the target · signals what is known of it · evidence what an event did to sales
adjust    a new target for the period that runs · adjusted_plan its rows · revisions the versions it has had
control   control charts as published; run_length: how long they run until they alarm
"""

from workbench.analytics.tracking.adjust import Adjustment, adjust
from workbench.analytics.tracking.alerts import Alerts, Rules, alerts
from workbench.analytics.tracking.coaching import Coaching, coaching
from workbench.analytics.tracking.course import Course, course
from workbench.analytics.tracking.course_parts import OpenPipeline, Path, Record, open_pipeline, path, record
from workbench.analytics.tracking.diagnosis import Diagnosis, Sold, diagnose
from workbench.analytics.tracking.goals import Goals, goals, parts
from workbench.analytics.tracking.grain import grain
from workbench.analytics.tracking.milestones import Board, board
from workbench.analytics.tracking.period import watched
from workbench.analytics.tracking.pushes import Pushes, pushes
from workbench.analytics.tracking.revisions import Revisions, revisions
from workbench.analytics.tracking.rules import within
from workbench.analytics.tracking.steps import adjusted, due, elapsed, evidence_of, rules_of, sold
from workbench.analytics.tracking.stretch import stretch
from workbench.analytics.tracking.triggers import Records, Triggered, triggers

__all__ = [
    "Adjustment",
    "Alerts",
    "Board",
    "Coaching",
    "Course",
    "Diagnosis",
    "Goals",
    "OpenPipeline",
    "Path",
    "Pushes",
    "Record",
    "Records",
    "Revisions",
    "Rules",
    "Sold",
    "Triggered",
    "adjust",
    "adjusted",
    "alerts",
    "board",
    "coaching",
    "course",
    "diagnose",
    "due",
    "elapsed",
    "evidence_of",
    "goals",
    "grain",
    "open_pipeline",
    "parts",
    "path",
    "pushes",
    "record",
    "revisions",
    "rules_of",
    "sold",
    "stretch",
    "triggers",
    "watched",
    "within",
]
