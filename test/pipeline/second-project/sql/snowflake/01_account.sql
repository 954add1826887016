create storage integration if not exists lake
  type = external_stage storage_provider = 'S3' enabled = true
  storage_aws_role_arn = 'arn:aws:iam::000000000000:role/lake'
  storage_allowed_locations = ('s3://treasury-lake/');
create warehouse if not exists treasury_wh;
create database if not exists treasury;
create schema if not exists treasury.core;
