"""How weights learn here: AdamW on a one-cycle rate, an average of the weights, a file that a run goes on from."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

Tensors = dict[str, Any]


class Learning:
    """`parameters` as they learn, each at its rate, over `steps` steps.

    What counts in the end is `average`, a moving average of the weights (Polyak & Juditsky 1992), by their names.
    """

    def __init__(
        self, parameters: Mapping[str, Any], rates: Mapping[str, float], *, steps: int, average: float, warm_up: float
    ) -> None:
        self.parameters, self.inertia, self.steps = parameters, average, 0
        self.average = {name: parameter.detach().clone() for name, parameter in parameters.items()}
        groups = [
            {"params": [p for name, p in parameters.items() if rates[name] == rate], "lr": rate}
            for rate in sorted(set(rates.values()))
        ]
        self.optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser,
            [group["lr"] for group in groups],
            total_steps=steps + 1,
            pct_start=warm_up,
            anneal_strategy="linear",
        )

    def step(self, loss: Any) -> None:
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(self.parameters.values()), 1.0)
        self.optimiser.step()
        self.schedule.step()
        self.steps += 1
        inertia = min(self.inertia, (1 + self.steps) / (10 + self.steps))  # an early average forgets its start
        learnt = [p.detach() for p in self.parameters.values()]
        torch._foreach_lerp_(list(self.average.values()), learnt, 1 - inertia)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """The parameters hold their average for a while."""
        kept = {name: parameter.detach().clone() for name, parameter in self.parameters.items()}
        fill(self.parameters, self.average)
        try:
            yield
        finally:
            fill(self.parameters, kept)

    def save(self, path: Path, state: Mapping[str, Any]) -> None:
        """All that a run goes on from, and a `state` of the caller's; a kill meanwhile leaves the file as it was."""
        fresh = path.with_suffix(".new")
        torch.save(
            {
                "state": dict(state),
                "parameters": {name: p.detach() for name, p in self.parameters.items()},
                "average": self.average,
                "steps": self.steps,
                "optimiser": self.optimiser.state_dict(),
                "schedule": self.schedule.state_dict(),
                "random": torch.get_rng_state(),
            },
            fresh,
        )
        fresh.replace(path)

    def resume(self, path: Path) -> dict[str, Any]:
        """Goes on from what `save` wrote, if it did; the caller's state, empty where there is none."""
        if not path.is_file():
            return {}
        found = torch.load(path, weights_only=True)
        fill(self.parameters, found["parameters"])
        self.average, self.steps = found["average"], found["steps"]
        self.optimiser.load_state_dict(found["optimiser"])
        self.schedule.load_state_dict(found["schedule"])
        torch.set_rng_state(found["random"].cpu())
        state: dict[str, Any] = found["state"]
        return state


def fill(parameters: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(torch.as_tensor(values[name]))


def layer_rates(names: Iterable[str], rate: float, *, decay: float, layers: int, top: float) -> dict[str, float]:
    """By name: an encoder's layers learn slower the lower they lie (Howard & Ruder 2018), all else learns at `top`."""
    return {
        name: rate * decay ** (layers - 1 - int(name.split(".")[2])) if name.startswith("encoder.layer.") else top
        for name in names
    }


def device() -> AbstractContextManager[Any]:
    """Where weights learn best: entered, tensors are made on a GPU where there is one."""
    return torch.device("cuda") if torch.cuda.is_available() else nullcontext()


def array(tensor: Any) -> npt.NDArray[np.float32]:
    """float32, wherever the tensor lies."""
    found: npt.NDArray[np.float32] = tensor.detach().float().cpu().numpy()
    return found


def loaded(folder: Path) -> Any:
    """The BERT model in `folder`, where tensors are made."""
    from transformers import AutoModel

    where = torch.get_default_device()
    with torch.device("cpu"):
        return AutoModel.from_pretrained(folder, attn_implementation="sdpa").to(where)


def mixed() -> Any:
    """bfloat16 where the processor multiplies it; elsewhere it is emulated, and eight times slower than float32."""
    if torch.get_default_device().type == "cuda":
        return torch.autocast("cuda", torch.bfloat16)
    able = torch.cpu.get_capabilities()
    return torch.autocast("cpu", torch.bfloat16, enabled=bool(able.get("avx512_bf16") or able.get("amx_bf16")))
