"""First-party try-on methods for tryonbench. Each subpackage is one plug-in."""
