"""Parameters as views of one buffer, and a step (forward, backward, AdamW, average) captured as one CUDA graph for
each bucket of lengths. On a processor the same step runs eagerly."""

import math

import numpy as np
import torch

BUCKETS = (8, 12, 16, 20, 24, 28, 32, 40, 48, 64, 96, 128)


class Flat:
    """`tensors` that learn, each at its rate; AdamW with a one-cycle rate, gradients clipped to 1, an average."""

    def __init__(self, tensors, rates, *, device):
        self.names, self.device = list(tensors), device
        sizes = [tensors[n].numel() for n in self.names]
        self.ends = np.cumsum([0, *sizes])
        total = int(self.ends[-1])
        new = lambda: torch.zeros(total, device=device)
        self.data, self.grad, self.m, self.v, self.average, self.rate = (new() for _ in range(6))
        self.params = {}
        for n, a, b in zip(self.names, self.ends, self.ends[1:]):
            self.rate[a:b] = rates[n]
            p = self.data[a:b].view(tensors[n].shape).detach().requires_grad_()
            p.grad = self.grad[a:b].view(tensors[n].shape)
            self.params[n] = p
        self.knobs = torch.zeros(4, device=device)

    def start(self, tensors, *, steps, average, warm_up=0.08):
        with torch.no_grad():
            for n, p in self.params.items():
                p.copy_(tensors[n])
            for x in (self.m, self.v, self.grad):
                x.zero_()
            self.average.copy_(self.data)
        self.steps, self.done, self.inertia, self.warm_up = steps, 0, average, warm_up

    def turned(self):
        """The knobs of the next step."""
        self.done += 1
        at, peak = self.done / (self.steps + 1), self.warm_up
        factor = 0.04 + 0.96 * at / peak if at < peak else max(0.0, (1 - at) / (1 - peak))
        inertia = min(self.inertia, (1 + self.done) / (10 + self.done))
        self.knobs.copy_(torch.tensor([factor, 1 - inertia, 1 - 0.9**self.done, 1 - 0.999**self.done]))

    def update(self):
        """In place, by what lies in `grad`; captured."""
        with torch.no_grad():
            factor, lerp, c1, c2 = self.knobs.unbind()
            self.grad.mul_((1 / (self.grad.norm() + 1e-6)).clamp(max=1.0))
            self.m.lerp_(self.grad, 0.1)
            self.v.mul_(0.999).addcmul_(self.grad, self.grad, value=0.001)
            rate = self.rate * factor
            self.data.mul_(1 - rate * 0.01)
            self.data.sub_(rate * (self.m / c1) / ((self.v / c2).sqrt() + 1e-8))
            self.average.lerp_(self.data, lerp)

    def averaged(self):
        return {n: self.average[a:b].view(self.params[n].shape).clone() for n, a, b in zip(self.names, self.ends, self.ends[1:])}


class Steps:
    """`loss(index, weight, length)` -> scalar: of texts by their numbers (B,), each counting `weight`, cut to length."""

    def __init__(self, flat, loss, *, tokens, graphs):
        self.flat, self.loss, self.tokens, self.use = flat, loss, tokens, graphs
        self.static, self.graphs = {}, {}
        self.pool = torch.cuda.graph_pool_handle() if graphs else None

    def size(self, length):
        return max(1, self.tokens // length)

    def _backward(self, length):
        index, weight = self.static[length]
        self.flat.grad.zero_()
        self.loss(index, weight, length).backward()

    def _captured(self, length):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            self._backward(length)  # the first use of a kernel loads it
        torch.cuda.current_stream().wait_stream(side)
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self.pool):
            self._backward(length)
            self.flat.update()
        return graph

    def __call__(self, rows, length):
        size, device = self.size(length), self.flat.device
        if length not in self.static:
            self.static[length] = (torch.zeros(size, dtype=torch.long, device=device), torch.zeros(size, device=device))
        index, weight = self.static[length]
        padded, counts = np.zeros(size, np.int64), np.zeros(size, np.float32)
        padded[: len(rows)], counts[: len(rows)] = rows, 1.0
        index.copy_(torch.from_numpy(padded))
        weight.copy_(torch.from_numpy(counts))
        if self.use and length not in self.graphs:
            self.graphs[length] = self._captured(length)
        self.flat.turned()
        if self.use:
            self.graphs[length].replay()
        else:
            self._backward(length)
            self.flat.update()


def bucket(lengths):
    return np.array(BUCKETS)[np.searchsorted(BUCKETS, lengths)]


def epoch(rows, buckets, size, draw):
    """[(rows, bucket)] in random order: `rows`, numbers of texts, may hold one several times."""
    found = []
    for own in np.unique(buckets[rows]).tolist():
        some = draw.permutation(rows[buckets[rows] == own])
        found += [(some[i : i + size(own)], own) for i in range(0, len(some), size(own))]
    return [found[i] for i in draw.permutation(len(found))]
