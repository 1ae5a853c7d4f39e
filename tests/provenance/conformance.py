"""The validator of RO-Crate's profiles, without a network: the context of RO-Crate 1.1 is put into its cache."""

import json
from io import BytesIO
from pathlib import Path

import requests
import rocrate
import urllib3
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from rocrate_validator.models import Severity, ValidationSettings
from rocrate_validator.services import validate

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
BIOSCHEMAS = {
    "ComputationalWorkflow": "https://bioschemas.org/ComputationalWorkflow",  # as they were in 1.1
    "FormalParameter": "https://bioschemas.org/FormalParameter",
    "input": "https://bioschemas.org/ComputationalWorkflow#input",
    "output": "https://bioschemas.org/ComputationalWorkflow#output",
}


def issues(site: Path, scratch: Path, severity: Severity = Severity.REQUIRED) -> list[str]:
    """What the crate in `site` lacks of the profile Workflow Run Crate, and of those that it builds on."""
    settings = ValidationSettings(
        rocrate_uri=str(site),
        profile_identifier="workflow-run-crate-0.5",
        requirement_severity=severity,
        offline=True,
        cache_path=_cache(scratch),
    )
    return sorted({f"{issue.message} ({issue.violatingEntity})" for issue in validate(settings).get_issues()})


def _cache(scratch: Path) -> Path:
    """A cache that holds the one document that validation asks the network for.

    rocrate carries the context of a later version, which differs from 1.1 in terms that were added, and in these four.
    """
    path = scratch / "http-cache"
    context = json.loads((Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_text(encoding="utf-8"))
    context["@context"] |= BIOSCHEMAS
    raw = urllib3.HTTPResponse(
        BytesIO(json.dumps(context).encode()),
        {"Content-Type": "application/ld+json"},
        200,
        preload_content=False,
        request_url=CONTEXT,
    )
    answer = HTTPAdapter().build_response(requests.Request("GET", CONTEXT).prepare(), raw)
    with CachedSession(str(path), backend="sqlite", expire_after=-1) as session:
        session.cache.save_response(answer)
    return path
