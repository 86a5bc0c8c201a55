"""Faults inside notebooks: all of one kind in one run, so that each is also seen to leave the others alone."""

from dataclasses import dataclass

CELL_LIMIT = 3  # seconds
MUCH = 50_000_000  # characters that a cell prints
SECRET = "s3cr/t?p@ss wörd"  # marks that URLs, JSON, HTML and repr each write in a way of their own


@dataclass(frozen=True)
class Cells:
    """Cells that go wrong, the status that is right, and a part of the reason."""

    name: str
    status: str
    reason: str
    cells: tuple[str, ...]


DEAF = """import signal
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
while True:
    try:
        while True: pass
    except BaseException: pass"""
# under a limit no module may be compiled to a file: it would be cut, and stay in the environment
FULL = """import resource, sys
sys.dont_write_bytecode = True
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
Path(os.environ["WORKBENCH_TABLES"], "big.parquet").write_bytes(bytes(9999))"""
PROPOSALS = """import resource, sys, workbench as wb
sys.dont_write_bytecode = True
from workbench.lessons import Lesson
run = wb.Run.start(settings, as_of=as_of)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
kept = wb.lessons.issue(run, [Lesson("reserve", "means.reserve", 0.0, 0.03)])"""
DAEMON = """if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "600"])
    os._exit(0)"""
STRAY = """tables = Path(os.environ["WORKBENCH_TABLES"])
report = tables.parents[2]
for place in (report / "overview.en.html", report / "stray.html", tables / "stray.html"):
    place.write_text("<script>1</script>")
(report / "stray").mkdir()
(tables / "link.parquet").symlink_to("/etc/passwd")"""
NEVER = "print('never')"
LOOPS = (
    Cells("an endless loop", "timed_out", "a cell took longer", ("while True: pass", NEVER)),
    Cells("an endless loop that ignores interrupts", "timed_out", "a cell took longer", (DEAF, NEVER)),
    Cells("a loop outside Python that holds its lock", "timed_out", "a cell took longer",
          ("import re; re.match(r'(a+)+$', 'a' * 60 + 'b')", NEVER)),
    Cells("a wait for an answer nobody gives", "failed", "StdinNotImplementedError", ("input('? ')", NEVER)),
)  # fmt: skip
ENDS = (
    Cells("os._exit in a cell", "kernel_died", "died", ("os._exit(0)", NEVER)),
    Cells("SIGKILL from outside", "kernel_died", "died",
          ("import subprocess; subprocess.Popen(['kill', '-9', str(os.getpid())]); time.sleep(60)", NEVER)),
    Cells("out of memory, told by Python", "failed", "MemoryError",
          ("import resource; resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32)); x = bytearray(2**33)", NEVER)),
    Cells("out of memory, ended by the system", "kernel_died", "died",
          ("import ctypes; ctypes.CDLL(None).abort()", NEVER)),
    Cells("a full disk under a cell", "failed", "OSError",
          (FULL, NEVER)),
    Cells("a full disk under a review's proposals", "failed", "OSError",
          (PROPOSALS, NEVER)),
    Cells("children that it leaves", "ok", "",
          ("import subprocess; c = [subprocess.Popen(['sleep', '600']) for _ in range(3)]",)),
    Cells("a daemon that it leaves", "ok", "",
          (DAEMON,)),
    Cells("a daemon that it leaves, then dies", "kernel_died", "died",
          ("import subprocess; subprocess.Popen(['setsid', 'sleep', '600']); time.sleep(0.3); os._exit(1)", NEVER)),
    Cells("a notebook that ends itself", "failed", "ended itself", ("sys.exit()", NEVER)),
    Cells("a secret in an error", "failed", "…",
          ("raise ValueError('cannot reach db://me:' + os.environ['PASS_WORD'] + '@host')", NEVER)),
    Cells("50 MB printed", "ok", "", (f"print(('x' * 99 + chr(10)) * {MUCH // 100})",)),
    Cells("50 MB printed bit by bit", "ok", "",
          (f"for _ in range({MUCH // 10_000}): print(('x' * 99 + chr(10)) * 100)",)),
    Cells("files it has no business with", "ok", "",
          (STRAY,)),
)  # fmt: skip
