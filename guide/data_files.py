"""A data file of the guide, in YAML, becomes checked values (disk).

Read by guide.criteria and guide.maturity.
"""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Data = TypeVar("Data", bound=BaseModel)


def read_data(path: Path, model: type[Data]) -> Data:
    """Read and check a data file.

    Raises:
        ValueError: If it breaks a rule of the model; the message names the place and the fault.
        OSError: If it can't be read.
    """
    try:
        return model.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{path}: {'.'.join(map(str, first['loc'])) or path.stem}: {first['msg']}") from error
