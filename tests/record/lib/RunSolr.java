/* SPDX-License-Identifier: Apache-2.0 */
/* RunSolr HOME ADDRESS PORT: one Solr (8.x, 9.x) over the folder HOME until it is killed. The class that runs it moved between the two. */
import java.lang.reflect.Field;
import java.util.Properties;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

public class RunSolr {
    private static Class<?> find(String name) throws ClassNotFoundException {
        try {
            return Class.forName("org.apache.solr.embedded." + name);
        } catch (ClassNotFoundException older) {
            return Class.forName("org.apache.solr.client.solrj.embedded." + name);
        }
    }

    public static void main(String[] args) throws Exception {
        Class<?> settings = find("JettyConfig"), runner = find("JettySolrRunner");
        Object builder = settings.getMethod("builder").invoke(null);
        for (Object[] call : new Object[][] {{"setContext", String.class, "/solr"}, {"setPort", int.class, Integer.parseInt(args[2])}})
            builder.getClass().getMethod((String) call[0], (Class<?>) call[1]).invoke(builder, call[2]);
        Object made = builder.getClass().getMethod("build").invoke(builder);
        Properties properties = new Properties();
        properties.setProperty("hostContext", "/solr");
        System.setProperty("solr.solr.home", args[0]);
        System.setProperty("host", args[1]);
        Object server = runner.getConstructor(String.class, Properties.class, settings).newInstance(args[0], properties, made);
        Field inner = runner.getDeclaredField("server");
        inner.setAccessible(true);
        for (Connector connector : ((Server) inner.get(server)).getConnectors())
            ((ServerConnector) connector).setHost(args[1]);    // its own choice is 127.0.0.1
        runner.getMethod("start").invoke(server);
        Thread.sleep(Long.MAX_VALUE);
    }
}
