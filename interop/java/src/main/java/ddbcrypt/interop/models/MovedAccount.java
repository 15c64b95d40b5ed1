package ddbcrypt.interop.models;

import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.TableAadOverride;

/** Signs another name of the table. */
@DynamoDBTable(tableName = "named-by-the-request")
@TableAadOverride(tableName = "accounts-of-2019")
public class MovedAccount extends Account {}
