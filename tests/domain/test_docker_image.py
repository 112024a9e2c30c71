"""An image reference is a name and no address: what is taken, and what is said about the rest."""

import pytest

from app.domain.docker_image import image_problem

GOOD = [
    "python:3.10-slim",
    "python",
    "ghcr.io/studio/comfy:1.4",
    "registry.example.com:5000/team/app__x/y-z.w:Tag_1.2-3",
    "localhost:5000/a",
    "yanwk/comfyui-boot",
    "ubuntu@sha256:" + "a" * 64,
    "ubuntu:22.04@sha256:" + "0" * 64,
    "  python:3.10-slim ",
]
BAD = {
    "": "needed",
    "   ": "needed",
    "https://hub.docker.com/_/python": "web address",
    "docker run python": "blanks",
    "Python:3.10": "small letters",
    "a" * 300: "at most",
    "python:": "not an image name",
    "python::3": "not an image name",
    "/python": "not an image name",
    "python;rm": "not an image name",
    "ubuntu@sha256:abc": "not an image name",
    "pythön": "not an image name",
}


@pytest.mark.parametrize("reference", GOOD)
def test_a_reference_is_taken(reference: str) -> None:
    assert image_problem(reference) is None


@pytest.mark.parametrize("reference", BAD)
def test_anything_else_is_refused_with_its_reason(reference: str) -> None:
    assert BAD[reference] in str(image_problem(reference))
