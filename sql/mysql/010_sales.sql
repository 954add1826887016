-- The shop's database. Runs as it is on MySQL 8.0 and later; running it again changes nothing.
CREATE DATABASE IF NOT EXISTS sales DEFAULT CHARACTER SET utf8mb4;

CREATE TABLE IF NOT EXISTS sales.customers (
  id BIGINT NOT NULL,
  email VARCHAR(255) NOT NULL,
  full_name VARCHAR(200) NOT NULL,
  country CHAR(2) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY customers_email (email)
);

CREATE TABLE IF NOT EXISTS sales.products (
  id BIGINT NOT NULL,
  name VARCHAR(200) NOT NULL,
  category VARCHAR(100) NOT NULL,
  price DECIMAL(10,2) NOT NULL,
  PRIMARY KEY (id),
  KEY products_category (category)
);

CREATE TABLE IF NOT EXISTS sales.orders (
  id BIGINT NOT NULL AUTO_INCREMENT,
  customer_id BIGINT NOT NULL,
  product_id BIGINT NOT NULL,
  quantity INT NOT NULL,
  unit_price DECIMAL(10,2) NOT NULL,
  total_amount DECIMAL(12,2) NOT NULL,
  status ENUM('created','paid','packed','shipped','delivered','cancelled','returned') NOT NULL DEFAULT 'created',
  created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  KEY orders_customer (customer_id),
  KEY orders_status (status, updated_at),
  CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES sales.customers (id),
  CONSTRAINT orders_product_fk FOREIGN KEY (product_id) REFERENCES sales.products (id)
);
