"""The compiler: a spec comes in; findings, a verdict and generated Python come out."""

__version__ = "0.1.0"
