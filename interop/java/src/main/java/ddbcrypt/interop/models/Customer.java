package ddbcrypt.interop.models;

import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBIndexHashKey;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DoNotEncrypt;

/** Has the key of an index. */
@DynamoDBTable(tableName = "named-by-the-request")
public class Customer extends Keys {
  private String plan;
  private String email;

  @DoNotEncrypt
  @DynamoDBIndexHashKey(globalSecondaryIndexName = "by-plan")
  public String getPlan() {
    return plan;
  }

  public void setPlan(String plan) {
    this.plan = plan;
  }

  public String getEmail() {
    return email;
  }

  public void setEmail(String email) {
    this.email = email;
  }
}
