# SPDX-License-Identifier: Apache-2.0
"""MLflow 3: its tracking server, open and with its basic authentication."""
import json
import urllib.parse
from asker import asker, basic
from record import Case, customer
from service import Service, pip

ADDRESS, VERSION, RUNS = "10.20.30.6", "3.17.2", 5
HELD = f"experiment support with {RUNS} runs, each with parameters, a metric and an artifact"
USER = "operator:correct-horse"
home = pip("mlflow", f"mlflow[auth]=={VERSION}")


def start(*settings, user=None):
    return Service("mlflow", [home + "/bin/mlflow", "server", "--host", ADDRESS, "--port", "5000", "--backend-store-uri", "sqlite:///{HOME}/mlflow.db", "--artifacts-destination", "{HOME}/artifacts",
                              "--workers", "1", "--allowed-hosts", "*", *settings], ADDRESS, 5000, ready="/health", user=user, seconds=120,
                   environment={"PATH": home + "/bin:/usr/bin:/bin", "MLFLOW_FLASK_SERVER_SECRET_KEY": "record", "MLFLOW_AUTH_CONFIG_PATH": "{HOME}/auth.ini"},
                   files={"auth.ini": f"[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///auth.db\nadmin_username = operator\nadmin_password = {USER.split(':')[1]}\n"})


def fill(server):
    experiment = json.loads(server.call("POST", "/api/2.0/mlflow/experiments/create", {"name": "support"}))["experiment_id"]
    runs = []
    for i in range(RUNS):
        run = json.loads(server.call("POST", "/api/2.0/mlflow/runs/create", {"experiment_id": experiment, "run_name": f"Ticket {i}", "start_time": 1575000000000}))["run"]["info"]["run_id"]
        server.call("POST", "/api/2.0/mlflow/runs/log-batch", {"run_id": run, "metrics": [{"key": "loss", "value": i / 8, "timestamp": 1575000000000, "step": 0}],
                                                              "params": [{"key": "owner", "value": customer(i)["customer_email"]}]})
        server.call("PUT", f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/sample.json", json.dumps(customer(i)), "application/octet-stream")
        runs.append(run)
    server.call("POST", "/api/2.0/mlflow/registered-models/create", {"name": "escalation"})
    return experiment, runs


with start() as server:
    experiment, runs = fill(server)
    with Case("mlflow-3.17.2-open", "MLflow's tracking server without a login: experiments, runs with parameters, artifacts listed and read, models, an experiment deleted.", HELD) as case:
        ask = asker(case, server, "mlflow")
        ask("revealed", "/version", also=["none"])
        ask("revealed", "/health", also=["none"])
        ask("metadata", "/api/2.0/mlflow/experiments/search?max_results=10", datasets=["Default", "support"])
        ask("metadata", "/ajax-api/2.0/mlflow/experiments/search?max_results=10", agent="firefox", datasets=["Default", "support"])
        ask("metadata", f"/api/2.0/mlflow/experiments/get?experiment_id={experiment}", datasets=["support"])
        ask("metadata", "/api/2.0/mlflow/registered-models/search?max_results=5", also=["data"])
        ask("data", "/api/2.0/mlflow/runs/search", method="POST", body={"experiment_ids": [experiment], "max_results": 3}, returned=3)
        ask("data", f"/api/2.0/mlflow/runs/get?run_id={runs[0]}", returned=1, agent="requests")
        ask("metadata", f"/api/2.0/mlflow/artifacts/list?run_id={runs[0]}")
        ask("data", f"/get-artifact?path=sample.json&run_uuid={runs[0]}", returned=1)
        ask("data", f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{runs[1]}/artifacts/sample.json", returned=1)
        ask("open", "/api/2.0/mlflow/experiments/get?experiment_id=999", status=404)
        ask("open", "/api/2.0/mlflow/runs/search", method="POST", body={"experiment_ids": ["0"], "max_results": 3})
        ask("none", "/", agent="firefox", also=["revealed"])
        ask("tampered", "/api/2.0/mlflow/experiments/create", method="POST", body={"name": "readme"})
        ask("tampered", "/api/2.0/mlflow/experiments/delete", method="POST", body={"experiment_id": experiment})

with start("--app-name", "basic-auth", user=USER) as server:
    experiment, runs = fill(server)
    with Case("mlflow-3.17.2-protected", "MLflow with its basic authentication: 401 for all but health, runs with a password.", HELD) as case:
        ask = asker(case, server, "mlflow")
        ask("none", "/health", also=["revealed"])
        for target in ("/api/2.0/mlflow/experiments/search?max_results=10", f"/api/2.0/mlflow/runs/get?run_id={runs[0]}", "/"):
            ask("refused", target, status=401)
        ask("refused", "/api/2.0/mlflow/runs/search", method="POST", body={"experiment_ids": [experiment]}, status=401)
        ask("refused", "/api/2.0/mlflow/experiments/search?max_results=10", headers=[basic("admin:password")], status=401, credentials="presented")
        ask("data", f"/api/2.0/mlflow/runs/get?run_id={runs[0]}", headers=[basic(USER)], source="10.20.40.9", credentials="proven", returned=1)
