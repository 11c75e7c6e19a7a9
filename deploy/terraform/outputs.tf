locals {
  login = "pytoon:${random_password.database.result}@${aws_db_instance.catalog.endpoint}/pytoon?sslmode=require"
}

output "settings" {
  description = "The variables of the machines: for secrets.env of deploy/kubernetes, or for the environment."
  sensitive   = true
  value = {
    PYTOON_CATALOG          = "postgresql://${local.login}"
    PYTOON_DAGSTER_DATABASE = "postgresql+psycopg2://${local.login}"
    PYTOON_STORE            = "s3://${aws_s3_bucket.store.bucket}"
    PYTOON_CELERY_BROKER    = "rediss://:${random_password.queue.result}@${aws_elasticache_replication_group.queue.primary_endpoint_address}:6379/0?ssl_cert_reqs=required"
    AWS_DEFAULT_REGION      = aws_s3_bucket.store.region
  }
}

output "policy_arn" {
  description = "The policy for the role of the machines: it may read, write and delete objects of the bucket."
  value       = aws_iam_policy.store.arn
}
