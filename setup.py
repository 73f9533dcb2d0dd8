"""Which packages are installed; everything else stands in pyproject.toml.

Worth knowing: app.py, static/ and .streamlit/ lie side by side, as Streamlit wants them, here and after installation. They are
installed as a package `monojog`, so that no `app` or `static` of somebody else's is written over.
"""

from setuptools import find_packages, setup

setup(
    packages=["monojog", *find_packages(include=["model", "model.*", "viz", "viz.*"])],
    package_dir={"monojog": ".", "model": "model", "viz": "viz"},
    script_name="setup.py",  # or this file would be installed beside app.py
)
