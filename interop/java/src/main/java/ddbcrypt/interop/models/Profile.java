package ddbcrypt.interop.models;

import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DoNotEncrypt;

/** Models little of an item. */
@DynamoDBTable(tableName = "named-by-the-request")
public class Profile extends Keys {
  private String name;
  private String plan;

  public String getName() {
    return name;
  }

  public void setName(String name) {
    this.name = name;
  }

  @DoNotEncrypt
  public String getPlan() {
    return plan;
  }

  public void setPlan(String plan) {
    this.plan = plan;
  }
}
