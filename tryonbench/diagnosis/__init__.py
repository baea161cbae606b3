"""Why a training does not learn: what its log shows, in words."""
