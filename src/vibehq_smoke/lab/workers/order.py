"""Base of what specialists take."""

from pydantic import ConfigDict

from vibehq_smoke.lab.serving.requests import Body


class Order(Body):
    """A request body whose model is built at its first use: a lab starts for every run, most orders never come."""

    model_config = ConfigDict(defer_build=True)
