"""DVC, to which params.yaml reads as params.local.yaml makes it: so it tracks a user's own values, and runs for their surveys.

    python -m pipeline.workflow.dvc_with_own repro

DVC takes the values of dvc.yaml and of its `params` from params.yaml. A further file has to be there in every copy of the
project, and may repeat no key. So its reader of YAML is given both files as one; no file changes, and DVC called by itself
sees the shared one.
"""

import os
import sys
from pathlib import Path
from typing import Any

from dvc.cli import main
from dvc.utils.serialize import LOADERS, load_yaml

from pipeline.inputs.parameters_file import FILE, OWN, RUN, merged


def load(path: str, *words: Any, **options: Any) -> Any:
    """What a YAML file holds; params.yaml with params.local.yaml over it, and with `surveys:` a list, as DVC wants it."""
    content = load_yaml(path, *words, **options)
    if Path(path).name != FILE:
        return content
    own = Path(path).with_name(OWN)
    both = merged(content or {}, (load_yaml(str(own), *words, **options) or {}) if own.is_file() else {})
    return both | ({"surveys": []} if "surveys" in both and both["surveys"] is None else {})


if __name__ == "__main__":
    LOADERS[".yaml"] = load
    os.environ[RUN] = "1"
    sys.exit(main(sys.argv[1:]))
