package ddbcrypt.interop.models;

import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DoNotTouch;

/** Protects nothing. */
@DynamoDBTable(tableName = "named-by-the-request")
@DoNotTouch
public class OpenAccount extends Account {}
