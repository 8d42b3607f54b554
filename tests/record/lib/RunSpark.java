// SPDX-License-Identifier: Apache-2.0
// RunSpark ADDRESS PORT COUNT: a Spark application in one process with a cached table "customers" of COUNT rows; its page is on ADDRESS:PORT. Runs until it is ended.
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

public class RunSpark {
    public static void main(String[] words) throws Exception {
        SparkConf conf = new SparkConf().setAppName("nightly-report").setMaster("local[1]").set("spark.driver.host", words[0]).set("spark.driver.bindAddress", words[0])
            .set("spark.testing.memory", "471859200").set("spark.ui.port", words[1]).set("spark.report.recipient", "office@example.com").set("spark.report.password", "correct-horse");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            List<Integer> rows = new ArrayList<>();
            for (int i = 0; i < Integer.parseInt(words[2]); i++) rows.add(i);
            JavaRDD<Integer> customers = spark.parallelize(rows, 2).setName("customers").cache();    // kept: what nobody holds is let go
            customers.count();
            while (customers.id() >= 0) Thread.sleep(1000);
        }
    }
}
