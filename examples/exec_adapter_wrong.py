#!/usr/bin/env python3
"""The same target with a mistake: a copy does not take over the lease duration (R-4-10). It has to fail."""

import exec_adapter


class Wrong(exec_adapter.Server):
    taken_over = [column for column in exec_adapter.TAKEN_OVER if column != "LeaseDuration"]


if __name__ == "__main__":
    exec_adapter.main(Wrong)
