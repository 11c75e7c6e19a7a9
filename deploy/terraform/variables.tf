variable "name" {
  description = "What the names of all resources begin with."
  type        = string
  default     = "pytoon"
}

variable "vpc_id" {
  description = "The network of the workers."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of the network, in two availability zones or more."
  type        = list(string)
}

variable "client_group_id" {
  description = "The security group of the machines that may use the database and the queue."
  type        = string
}

variable "database_class" {
  description = "The size of the database server; docs/capacity.md says what it needs."
  type        = string
  default     = "db.t4g.medium"
}

variable "database_gigabytes" {
  description = "The disk of the database server."
  type        = number
  default     = 50
}

variable "queue_class" {
  description = "The size of the Redis server. It holds only the runs that wait."
  type        = string
  default     = "cache.t4g.micro"
}

variable "highly_available" {
  description = "Whether database and queue have a second server in another availability zone."
  type        = bool
  default     = false
}
