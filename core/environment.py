"""Reading secrets: from a variable, or from the file that NAME_FILE points to (container secrets)."""

import secrets
from pathlib import Path

from environs import Env, EnvError


def read_secret(env: Env, name: str, *, default: str | None) -> str:
    """The value of `name`, or the content of the file named by `name`_FILE.

    Args:
        env: the environment reader.
        name: the variable, for example SECRET_KEY.
        default: what stands in when neither is set; None means that one of them must be.

    Raises:
        EnvError: neither is set and there is no default, or the file cannot be read.
    """
    path = env.str(f"{name}_FILE", "")
    if path:
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise EnvError(f"{name}_FILE points to {path}, which cannot be read ({error.strerror})") from error
    value = env.str(name, "") or default
    if value is None:
        raise EnvError(f"{name} is not set. Set {name}, or {name}_FILE to a file that holds it.")
    return value


def local_secret_key(var_dir: Path) -> str:
    """A key for this machine alone, made once and kept in `var_dir`, so that sign-ins outlive a restart."""
    path = var_dir / "secret_key"
    if not path.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text().strip()


def checked(name: str, value: str, *, starts: tuple[str, ...]) -> str:
    """`value`, if it begins as it must; the value itself stays out of the message, for it may hold a password.

    Raises:
        EnvError: it begins otherwise.
    """
    if not value.startswith(starts):
        raise EnvError(f"{name} must start with {' or '.join(starts)}")
    return value
