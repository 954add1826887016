-- The user that Debezium logs in as, with the grants its documentation asks for. Name and password come from the session that
-- runs this file (SET @MYSQL_CDC_USER = …, @MYSQL_CDC_PASSWORD = …); the defaults are the laptop's and are never a production's.
SET @create_cdc_user = CONCAT('CREATE USER IF NOT EXISTS ', QUOTE(COALESCE(@MYSQL_CDC_USER, 'debezium')), '@''%'' IDENTIFIED BY ', QUOTE(COALESCE(@MYSQL_CDC_PASSWORD, 'dbz')));
PREPARE create_cdc_user FROM @create_cdc_user;
EXECUTE create_cdc_user;
DEALLOCATE PREPARE create_cdc_user;

SET @grant_cdc_user = CONCAT('GRANT SELECT, RELOAD, SHOW DATABASES, REPLICATION SLAVE, REPLICATION CLIENT, LOCK TABLES ON *.* TO ', QUOTE(COALESCE(@MYSQL_CDC_USER, 'debezium')), '@''%''');
PREPARE grant_cdc_user FROM @grant_cdc_user;
EXECUTE grant_cdc_user;
DEALLOCATE PREPARE grant_cdc_user;
