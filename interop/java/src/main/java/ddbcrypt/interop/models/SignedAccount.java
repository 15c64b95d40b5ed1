package ddbcrypt.interop.models;

import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DoNotEncrypt;

/** Signs by default. */
@DynamoDBTable(tableName = "named-by-the-request")
@DoNotEncrypt
public class SignedAccount extends Account {}
