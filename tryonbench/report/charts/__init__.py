"""The figures as Plotly's data and layout, one file a figure."""
