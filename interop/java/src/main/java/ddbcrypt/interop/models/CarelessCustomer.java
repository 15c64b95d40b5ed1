package ddbcrypt.interop.models;

import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBIndexHashKey;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;

/** Forgets that DynamoDB reads the key of an index. */
@DynamoDBTable(tableName = "named-by-the-request")
public class CarelessCustomer extends Keys {
  private String plan;
  private String email;

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
