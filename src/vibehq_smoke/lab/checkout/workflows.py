"""The workflows that deploy the workers, each from the folder it lives in (contract D-32)."""

from vibehq_smoke.lab.checkout.apps import APPS

ORCHESTRATOR_WORKFLOW = ".github/workflows/deploy-orchestrator.yml"
_TEMPLATE = """\
name: Deploy {name}
on:
  push:
    branches: [main]
    paths:
      - "{folder}/**"
      - "@shared/**"
jobs:
  deploy:
    runs-on: ubuntu-latest
    defaults:
      run:
        working-directory: {folder}
    steps:
      - uses: actions/checkout@v4
      - name: Validate
        run: |
          npx tsc --noEmit -p {project}
          npx wrangler deploy --dry-run
      - name: Deploy
        run: npx wrangler deploy
        env:
          CLOUDFLARE_API_TOKEN: ${{{{ secrets.CLOUDFLARE_API_TOKEN }}}}
"""


def workflow_files() -> dict[str, str]:
    """Path -> text of every deploy workflow."""
    workers = {
        app.workflow: _TEMPLATE.format(name=app.name, folder=app.folder, project="../../tsconfig.workers.json")
        for app in APPS
    }
    orchestrator = _TEMPLATE.format(name="orchestrator", folder="orchestrator", project="tsconfig.worker.json")
    return {ORCHESTRATOR_WORKFLOW: orchestrator} | workers
