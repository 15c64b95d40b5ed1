package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTour(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), &out))
	require.Equal(t, `1. Tables are made of the tags, and compared with them:
   customers and orders fit
2. A batch is saved, and read in the order of its keys:
   {_:{} Customer:alice Number:7 Address:Seestrasse 7 Status:paid Total:70}
   not there
   {_:{} Customer:alice Number:3 Address:Seestrasse 7 Status:paid Total:30}
3. The open orders, by an index that has only keys:
   10 for 100 to Seestrasse 7
   20 for 200 to Seestrasse 7
   30 for 300 to Seestrasse 7
4. An encrypted attribute is no filter:
   ddbcrypt: Query main.Order in table "orders": FilterExpression: attribute "address": it is encrypted, so DynamoDB cannot see its value (begins_with); compare after reading, ask attribute_exists of the whole attribute, or make its action sign
5. An order and its customer change together, or not at all:
   done: {_:{} ID:alice Email:alice@example.com Orders:31 Version:2}
   not done: ddbcrypt: PutOp main.Order in table "orders": condition failed: the stored item, or its absence, does not meet it: ConditionalCheckFailed
   not done: ddbcrypt: PutOp main.Customer in table "customers": version conflict: the stored item is not the one that was loaded: ConditionalCheckFailed
6. Many change one item, and no change is lost:
   {_:{} Customer:alice Number:31 Address:Markt 87 Status:open Total:10}
7. The next program encrypts the total, too, and reads what is there:
   31 orders written anew; 0 read under the earlier model since
`, out.String())
}
