"""The scripts that Streamlit opens, one a page."""
