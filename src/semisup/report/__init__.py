"""The stage `report`: all results as tables, figures and words."""
