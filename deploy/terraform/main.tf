# What machines with Pytoon share, on AWS: a bucket, a PostgreSQL database and a Redis server in private subnets.
#
#   module "pytoon" {
#     source          = "./deploy/terraform"
#     vpc_id          = "vpc-…"
#     subnet_ids      = ["subnet-…", "subnet-…"]
#     client_group_id = "sg-…"
#   }
#
# The output "settings" has the variables of the workers; "policy_arn" is what their role must be allowed to do.

terraform {
  required_version = ">= 1.6"
  required_providers {
    aws    = { source = "hashicorp/aws", version = ">= 5.60, < 7" }
    random = { source = "hashicorp/random", version = "~> 3.6" }
  }
}

resource "aws_s3_bucket" "store" {
  bucket_prefix = "${var.name}-"
  force_destroy = false
}

resource "aws_s3_bucket_public_access_block" "store" {
  bucket                  = aws_s3_bucket.store.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "store" {
  bucket = aws_s3_bucket.store.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

# Objects do not expire: Pytoon removes what nobody needs. Uploads that were interrupted do.
resource "aws_s3_bucket_lifecycle_configuration" "store" {
  bucket = aws_s3_bucket.store.id
  rule {
    id     = "abort-incomplete-uploads"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

resource "aws_iam_policy" "store" {
  name_prefix = "${var.name}-store-"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
      Resource = "${aws_s3_bucket.store.arn}/*"
    }]
  })
}

resource "aws_security_group" "shared" {
  name_prefix = "${var.name}-"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each                     = { postgresql = 5432, redis = 6379 }
  security_group_id            = aws_security_group.shared.id
  referenced_security_group_id = var.client_group_id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
}

# Letters and digits only: the passwords are parts of URLs.
resource "random_password" "database" {
  length  = 32
  special = false
}

resource "random_password" "queue" {
  length  = 32
  special = false
}

resource "aws_db_subnet_group" "catalog" {
  name_prefix = "${var.name}-"
  subnet_ids  = var.subnet_ids
}

resource "aws_db_instance" "catalog" {
  identifier_prefix         = "${var.name}-"
  engine                    = "postgres"
  engine_version            = "16"
  instance_class            = var.database_class
  allocated_storage         = var.database_gigabytes
  storage_encrypted         = true
  db_name                   = "pytoon"
  username                  = "pytoon"
  password                  = random_password.database.result
  db_subnet_group_name      = aws_db_subnet_group.catalog.name
  vpc_security_group_ids    = [aws_security_group.shared.id]
  multi_az                  = var.highly_available
  backup_retention_period   = 7
  deletion_protection       = true
  final_snapshot_identifier = "${var.name}-final"
}

resource "aws_elasticache_subnet_group" "queue" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_elasticache_replication_group" "queue" {
  replication_group_id       = var.name
  description                = "Runs of Pytoon that wait for a worker"
  engine                     = "redis"
  engine_version             = "7.1"
  node_type                  = var.queue_class
  num_cache_clusters         = var.highly_available ? 2 : 1
  automatic_failover_enabled = var.highly_available
  subnet_group_name          = aws_elasticache_subnet_group.queue.name
  security_group_ids         = [aws_security_group.shared.id]
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  auth_token                 = random_password.queue.result
}
