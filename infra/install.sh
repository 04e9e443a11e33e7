#!/bin/sh
# install.sh FOLDER REQUIREMENTS: a virtual environment with exactly the locked packages.
set -u
folder=$1 requirements=$2
python=$(sh "$(dirname "$0")/python.sh") || exit 1
if ! "$folder/bin/python" -c '' 2>/dev/null; then
    "$python" -m venv --clear "$folder" || { echo "Could not make $folder with $python." >&2; exit 1; }
fi
echo "Installing $requirements into $folder (a minute or two, once) …"
# The files name every package, so nothing is left to resolve: that takes long, and the pip of Python 3.11 fails at
# locked packages that others want with extras.
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$requirements" \
    >"$folder/install.log" 2>&1 || {
    grep -m 3 -E '^ERROR' "$folder/install.log" >&2
    echo "Installing $requirements failed; the whole log is $folder/install.log" >&2
    exit 1
}
